import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket as Connection } from "node:net";
import { test } from "node:test";
import { WebSocketServer, type WebSocket } from "ws";
import { openNodeSocket, openSocket, type Socket } from "./socket.ts";

interface Peer {
  readonly url: string;
  readonly accepted: Promise<WebSocket>;
  close(): Promise<void>;
}

async function peer(): Promise<Peer> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const accepted = once(server, "connection").then(([socket]) => socket as WebSocket);
  await once(server, "listening");
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/?a=b`,
    accepted,
    async close() {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, "close");
    },
  };
}

interface Heard {
  readonly socket: Socket;
  readonly opened: Promise<void>;
  readonly closed: Promise<string>;
  next(): Promise<string>;
}

function open(url: string, how: typeof openSocket = openSocket): Heard {
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<string>();
  const texts: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  const onText = (text: string): void => {
    const taker = waiting.shift();
    if (taker === undefined) texts.push(text);
    else taker(text);
  };
  const socket = how(url, { onOpen: opened.resolve, onText, onClose: closed.resolve });
  const next = () => new Promise<string>((resolve) => {
    const text = texts.shift();
    if (text === undefined) waiting.push(resolve);
    else resolve(text);
  });
  return { socket, opened: opened.promise, closed: closed.promise, next };
}

test("texts of every length go both ways unchanged, with Node's WebSocket as with ours", async () => {
  for (const how of [openSocket, openNodeSocket]) {
    const server = await peer();
    const { socket, opened, closed, next } = open(server.url, how);
    await opened;
    const other = await server.accepted;
    other.on("message", (data: Buffer) => other.send(data.toString("utf8")));
    for (const length of [0, 1, 125, 126, 65_535, 65_536, 3_000_000]) {
      const text = "é你😀x".repeat(Math.ceil(length / 5)).slice(0, length);
      socket.send(text.toWellFormed());
      assert.equal(await next(), text.toWellFormed(), `${length}`);
    }
    socket.close();
    await closed;
    assert.equal(socket.isOpen(), false);
    await server.close();
  }
});

test("a message in parts is put together, a ping between them answered", async () => {
  const server = await peer();
  const { opened, next, socket } = open(server.url);
  await opened;
  const other = await server.accepted;
  other.send("one ", { fin: false });
  const pong = once(other, "pong");
  other.ping("are you there");
  other.send("two ", { fin: false });
  other.send("three", { fin: true });
  assert.equal(await next(), "one two three");
  assert.equal(String((await pong)[0]), "are you there");
  socket.close();
  await server.close();
});

test("the reason of an end is told; a connection that breaks has none", async () => {
  const server = await peer();
  const said = open(server.url);
  (await server.accepted).close(1012, "service restart");
  assert.equal(await said.closed, "service restart");
  await server.close();
  const other = await peer();
  const broken = open(other.url);
  await broken.opened;
  (await other.accepted).terminate();
  assert.equal(await broken.closed, "");
  await other.close();
});

async function answering(answer: (connection: Connection) => void): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((connection) => void connection.once("data", () => answer(connection)).on("error", () => undefined));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}

const AGREED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

test("who does not speak WebSocket, or breaks off in the middle, ends the connection and nothing else", async () => {
  const answers: readonly (readonly [string, string | Buffer])[] = [
    ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    ["a page", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"],
    ["no end", "x".repeat(20_000)],
    ["a masked frame", Buffer.concat([Buffer.from(AGREED), Buffer.from([0x81, 0x80, 0, 0, 0, 0])])],
    ["reserved bits", Buffer.concat([Buffer.from(AGREED), Buffer.from([0xc1, 0x01, 0x61])])],
    ["a part of no message", Buffer.concat([Buffer.from(AGREED), Buffer.from([0x80, 0x01, 0x61])])],
    ["a frame of 2^40 bytes", Buffer.concat([Buffer.from(AGREED), Buffer.from([0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0])])],
  ];
  for (const [name, answer] of answers) {
    const server = await answering((connection) => connection.write(answer));
    const { closed } = open(server.url);
    assert.equal(await closed, "", name);
    server.close();
  }
});

test("frames cut at every byte are read whole", async () => {
  const text = Buffer.from([0x81, 0x03, 0x61, 0x62, 0x63]);
  const server = await answering(async (connection) => {
    connection.setNoDelay(true);
    for (const byte of Buffer.concat([Buffer.from(AGREED), text, text])) {
      connection.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const { next, socket } = open(server.url);
  assert.deepEqual([await next(), await next()], ["abc", "abc"]);
  socket.close();
  server.close();
});
