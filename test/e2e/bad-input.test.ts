/** What a running gateway has to bear from its clients, its disk and its owner's editor. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { test, type TestContext } from "node:test";
import { WebSocket } from "ws";
import { connect, WireError, type Client } from "./client.ts";
import { gatewayConfig } from "./house.ts";
import { ENGINE } from "../store/engine.ts";
import { stage, type Stage } from "./stage.ts";

const MEGABYTE = 1_048_576;

async function withNeighbour(t: TestContext): Promise<{ house: Stage; port: number; token: string; neighbour: Client; goesOn(): Promise<void> }> {
  const house = stage(t);
  const gateway = await house.gateway({ config: { gateway: gatewayConfig() } });
  const neighbour = await house.client(gateway);
  return {
    house,
    port: gateway.port,
    token: gateway.token,
    neighbour,
    async goesOn() {
      assert.notEqual(await neighbour.ask("are you still there?"), "");
      assert.equal(neighbour.socket.readyState, WebSocket.OPEN);
    },
  };
}

async function refusal(promise: Promise<unknown>): Promise<WireError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof WireError, `an error answer, not ${String(error)}`);
  return error;
}

test("a wrong token: told as that, closed, and the others go on", async (t) => {
  const { port, goesOn } = await withNeighbour(t);
  const error = await refusal(connect({ port, token: "a-guess" }));
  assert.equal(error.details.code, "AUTH_TOKEN_MISMATCH");
  assert.doesNotMatch(error.message, /end-to-end/);
  await goesOn();
});

test("a method that is not there and parameters that are wrong: told, and the connection lives on", async (t) => {
  const { neighbour, goesOn } = await withNeighbour(t);
  const unknown = await refusal(neighbour.request("sessions.explode"));
  assert.match(unknown.message, /unknown method: sessions\.explode/);
  const wrong = await refusal(neighbour.request("chat.send", { sessionKey: 7, message: "" }));
  assert.equal(wrong.code, "INVALID_REQUEST");
  assert.match(wrong.message, /sessionKey/);
  await goesOn();
});

test("a message of ten megabytes: refused with its size and a cure, and not a word of it is kept", async (t) => {
  const { house, port, token, neighbour, goesOn } = await withNeighbour(t);
  const client = await house.client({ port, token });
  const error = await refusal(client.request("chat.send", { sessionKey: "main", message: "x".repeat(10 * MEGABYTE) }));
  assert.equal(error.details.continuoCode, "MESSAGE_TOO_LARGE");
  assert.match(error.message, /10485760.*1000000/);
  assert.ok(error.details.cure);
  assert.deepEqual(await neighbour.history(), []);
  assert.notEqual(await client.ask("a short one"), "");
  await goesOn();
});

test("a frame beyond the limit closes its own connection only, with the reason", async (t) => {
  const { house, port, token, goesOn } = await withNeighbour(t);
  const client = await house.client({ port, token });
  client.socket.send("y".repeat(26_214_401));
  assert.equal(await client.closed, 1009);
  await goesOn();
});

test("bytes that are no text, frames that are no JSON, and JSON that is no request", async (t) => {
  const { house, port, token, goesOn } = await withNeighbour(t);
  const client = await house.client({ port, token });
  for (const junk of ["{", "null", "[]", '"text"', '{"type":"req"}', '{"type":"res","id":"1","ok":true}', '{"type":"req","id":1,"method":"health"}']) client.socket.send(junk);
  assert.notEqual(await client.ask("still understood?"), "");
  const bytes = await house.client({ port, token });
  bytes.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
  assert.equal(await bytes.closed, 1007);
  await goesOn();
});

test("a client that speaks no protocol at all, and one that never speaks", async (t) => {
  const { port, goesOn } = await withNeighbour(t);
  const junk = connectTcp(port, "127.0.0.1");
  junk.on("error", () => undefined); // being thrown out is the point
  await once(junk, "connect");
  const closed = new Promise((resolve) => junk.once("close", resolve));
  junk.resume();
  junk.write(Buffer.alloc(100_000, 0xff));
  await closed;
  const silent = connectTcp(port, "127.0.0.1");
  await once(silent, "connect");
  await goesOn();
  silent.destroy();
});

test("thousands of requests at once on one connection: each is answered, if only with a word to slow down", async (t) => {
  const { house, port, token, goesOn } = await withNeighbour(t);
  const client = await house.client({ port, token });
  const outcomes = await Promise.allSettled(Array.from({ length: 3_000 }, () => client.request("health")));
  const refused = outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => reason as WireError);
  assert.ok(refused.every((error) => error.code === "UNAVAILABLE" && /too many requests/.test(error.message)));
  await goesOn();
});

test("every kind of character survives the way through the store and back", async (t) => {
  const { neighbour } = await withNeighbour(t);
  const text = "日本語 👩‍👩‍👧‍👦 \u0000 \u202e \ud83d\ude00 é e\u0301 \\ \" ' \n\t <b> & %s ${x} '; drop table entries; --";
  await neighbour.ask(text);
  // PostgreSQL's text has no NUL: it becomes what stands for any character that cannot be shown.
  assert.equal((await neighbour.history())[0]?.text, ENGINE === "postgres" ? text.replace("\0", "\uFFFD") : text);
});
