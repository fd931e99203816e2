import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fakeCli } from "../testing/fake-cli.ts";
import { fakeGateway, type FakeGateway, type FakeMethod } from "../testing/fake-gateway.ts";
import { pathOf } from "./attaching.ts";

const answered: FakeMethod = ({ idempotencyKey: runId, sessionKey }, connection) => {
  connection.event("chat", { runId, sessionKey, state: "final", message: { role: "assistant", content: [{ type: "text", text: "I see." }] } });
  return { runId, status: "started" };
};

function picture(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "continuo-attach-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, "my cat.png");
  writeFileSync(path, "not really a picture");
  return path;
}

async function start(t: TestContext, methods: Readonly<Record<string, FakeMethod>>) {
  const gateway = await fakeGateway({ "chat.send": answered, ...methods });
  const cli = fakeCli({ holder: gateway.file });
  t.after(async () => {
    cli.remove();
    await gateway.close();
  });
  return { gateway, cli };
}

function sent({ calls }: FakeGateway): unknown {
  return calls.findLast(({ method }) => method === "chat.send")?.params["attachments"];
}

const WIRE = [{ type: "image", mimeType: "image/png", fileName: "my cat.png", content: Buffer.from("not really a picture").toString("base64") }];

test("chat --attach sends a file with the message, or alone; one that is not there is an error that names it", async (t) => {
  const { cli, gateway } = await start(t, {});
  const path = picture(t);
  assert.equal(await cli.run("chat", "--attach", path, "--message", "what is this?"), 0);
  assert.deepEqual(sent(gateway), WIRE);
  assert.equal(await cli.run("chat", "--message", "", "--attach", path), 0);
  assert.notEqual(await cli.run("chat", "--message", "x", "--attach", `${path}.gone`), 0);
  assert.match(cli.stderr(), /my cat\.png\.gone cannot be read \(ENOENT\)/);
  assert.notEqual(await cli.run("chat", "--attach", path), 0);
  assert.match(cli.stderr(), /--attach needs --message/);
});

test("/attach FILE goes with the next message alone, and /attach takes it back", async (t) => {
  const { cli, gateway } = await start(t, { "sessions.subscribe": () => ({}), "chat.history": () => ({ messages: [{ role: "user", content: [{ type: "text", text: "[image]" }], attachments: [{ type: "image", fileName: "dog.png", sizeBytes: 2_048 }] }] }) });
  cli.stdin.end(`/attach ${picture(t).replaceAll(" ", "\\ ")}\nwhat is this?\nand this?\n/attach nowhere.png\n/attach\n`);
  assert.equal(await cli.run("chat"), 0);
  const all = gateway.calls.filter(({ method }) => method === "chat.send").map(({ params }) => params["attachments"]);
  assert.deepEqual(all, [WIRE, undefined]);
  assert.match(cli.stdout(), /my cat\.png goes with your next message/);
  assert.match(cli.stdout(), /Not attached: nowhere\.png cannot be read/);
  assert.match(cli.stdout(), /Nothing is attached/);
  assert.match(cli.stdout(), /\[image: dog\.png, 2 KB\]/);
});

test("a path is taken as it is typed or dropped into a terminal", () => {
  for (const typed of ["/a/my cat.png", '"/a/my cat.png"', "'/a/my cat.png'", "/a/my\\ cat.png", "  /a/my cat.png "]) assert.equal(pathOf(typed), "/a/my cat.png");
});

test("sessions history shows what was sent with each message, in words and with --json", async (t) => {
  const attachments = [{ type: "image", mimeType: "image/png", fileName: "my cat.png", sizeBytes: 2_048, ref: "ab".repeat(32) }];
  const messages = [
    { role: "user", content: [{ type: "text", text: "Look" }], timestamp: 0, seq: 1, attachments },
    { role: "user", content: [{ type: "text", text: "" }], timestamp: 0, seq: 2, attachments },
    { role: "assistant", content: [{ type: "text", text: "A cat." }], timestamp: 0, seq: 3 },
  ];
  const local = () => ({ key: "agent:main:main", sessionId: "one", messages, hasMore: false });
  const [cli, other] = [fakeCli({ local }), fakeCli({ local })];
  t.after(() => [cli, other].forEach((one) => one.remove()));
  assert.equal(await cli.run("sessions", "history", "main"), 0);
  const at = "[1970-01-01T00:00:00.000Z]";
  assert.equal(cli.stdout(), `${at} user: Look\n[image: my cat.png, 2 KB]\n${at} user: [image: my cat.png, 2 KB]\n${at} assistant: A cat.\n`);
  assert.equal(await other.run("sessions", "history", "main", "--json"), 0);
  const told = (other.json() as { messages: { content: string; attachments?: unknown }[] }).messages;
  assert.deepEqual(told.map((message) => [message.content, message.attachments]), [["Look", attachments], ["", attachments], ["A cat.", undefined]]);
});
