import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { test } from "node:test";
import { ContinuoError } from "../domain/errors.ts";
import { createLog, type LogOptions } from "./index.ts";
import { createRedaction, HIDDEN, isSecretField } from "./redact.ts";
import { prepareLogFile } from "./rotate.ts";

const GATEWAY_TOKEN = 'tok"en\\with-odd.chars$1';
const TELEGRAM = "1234567890:AAHk3b-qwertyuiopasdfghjklzxcvbnm12";
const OPENAI = "sk-proj-abcdefghijklmnop1234567890";

function screen(isTTY = false) {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString("utf8"));
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY }), text: () => chunks.join("") };
}

function options(change: Partial<LogOptions>): LogOptions {
  const clock = { now: () => 1_700_000_000_000 };
  return { level: "info", destination: { kind: "stdout" }, pretty: false, stdout: screen().stream, clock, secrets: [GATEWAY_TOKEN], ...change };
}

async function inTemporary(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "continuo-log-"));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function failedRequest(): Error {
  const error = new Error(`GET https://api.telegram.org/bot${TELEGRAM}/getMe failed`, { cause: new Error(`key ${OPENAI} is wrong`) });
  return Object.assign(error, { config: { headers: { Authorization: "Bearer abcdefghijklmnopqrst" } } });
}

const TABLE: readonly (readonly [name: string, fields: object, message: string, secret: string])[] = [
  ["a field by its name", { token: "short" }, "x", "short"],
  ["a field four levels down", { a: { b: { c: { d: { botToken: "hunter2" } } } } }, "x", "hunter2"],
  ["a field inside a list", { accounts: [{ name: "a", password: "hunter2" }] }, "x", "hunter2"],
  ["a header", { headers: { "X-Api-Key": "hunter2", authorization: "hunter3" } }, "x", "hunter"],
  ["an environment variable", { env: { OPENCLAW_GATEWAY_TOKEN: "hunter2", TELEGRAM_BOT_TOKEN: "hunter3" } }, "x", "hunter"],
  ["a whole object under a secret name", { credentials: { user: "u", key: "hunter2" } }, "x", "hunter2"],
  ["a map", { map: new Map([["apiKey", "hunter2"]]) }, "x", "hunter2"],
  ["what toJSON gives", { it: { toJSON: () => ({ secret: "hunter2" }) } }, "x", "hunter2"],
  ["a known value in a field", { note: `with ${GATEWAY_TOKEN} in it` }, "x", "with-odd"],
  ["a known value in the message", {}, `with ${GATEWAY_TOKEN} in it`, "with-odd"],
  ["a known value as a name", { [GATEWAY_TOKEN]: 1 }, "x", "with-odd"],
  ["a Telegram token in a URL", { url: `https://api.telegram.org/bot${TELEGRAM}/getUpdates` }, "x", "AAHk3b"],
  ["a Telegram token in the message", {}, `polling with ${TELEGRAM}`, "AAHk3b"],
  ["a key that begins with sk-", { note: `key ${OPENAI}` }, "x", "abcdefghijklmnop"],
  ["a bearer header as text", { note: "Authorization: Bearer abcdefghijklmnopqrst" }, "x", "abcdefghijkl"],
  ["the page's address", { url: "http://127.0.0.1:18789/#token=hunter2" }, "see http://h/?x=1&access_token=hunter2", "hunter2"],
  ["a password in a URL", { store: "postgres://me:hunter2@db/continuo" }, "x", "hunter2"],
  ["an error's message, cause, stack and fields", { err: failedRequest() }, "x", "abcdefghijklmnop"],
  ["an error nested in a field", { detail: { last: failedRequest() } }, "x", "AAHk3b"],
  ["our own error's fields", { err: new ContinuoError("CHANNEL_UNAUTHORIZED", "no", { fields: { token: "hunter2" } }) }, "x", "hunter2"],
];

for (const [name, fields, message, secret] of TABLE) {
  test(`a log line hides ${name}`, async () => {
    const { stream, text } = screen();
    const log = await createLog(options({ stdout: stream }));
    log.info(fields, message);
    log.child(fields).warn({}, message);
    await log.close();
    const lines = text().trimEnd().split("\n");
    assert.equal(lines.length, 2);
    for (const line of lines) {
      const row = JSON.parse(line) as Record<string, unknown>;
      assert.equal(row["time"], 1_700_000_000_000);
      assert.ok(!line.includes(secret), line);
      assert.ok(line.includes(HIDDEN), line);
    }
  });
}

test("names that only look like secrets stay readable, and an unset secret is told from a set one", () => {
  const fields = { totalTokens: 12, inputTokens: 3, sessionKey: "agent:main:main", tokenCount: 4, hasToken: true, apiKey: null, token: "" };
  assert.deepEqual(createRedaction([]).fields(fields), fields);
  assert.equal(isSecretField("contextTokens"), false);
});

test("a number that equals a secret does not break the line", async () => {
  const { stream, text } = screen();
  const log = await createLog(options({ stdout: stream, secrets: ["123456789"] }));
  log.info({ chat: 123456789, text: "id 123456789" }, "x");
  await log.close();
  assert.deepEqual(JSON.parse(text()), { level: 30, time: 1_700_000_000_000, chat: 123456789, text: `id ${HIDDEN}`, msg: "x" });
});

test("secrets that a changed configuration brings are hidden from then on, also by children", async () => {
  const { stream, text } = screen();
  const log = await createLog(options({ stdout: stream, secrets: [] }));
  const child = log.child({ room: "channels" });
  log.setSecrets(["brand-new-secret"]);
  child.info({ note: "brand-new-secret" }, "brand-new-secret");
  await log.close();
  assert.ok(!text().includes("brand-new"));
});

test("circles, depth and size are bounded", () => {
  const circle: Record<string, unknown> = { name: "a" };
  circle["self"] = circle;
  const deep = Array.from({ length: 50 }).reduce<object>((inner) => ({ inner }), { end: true });
  const copy = createRedaction([]).fields({ circle, deep, wide: Array.from({ length: 5_000 }, () => ({ x: 1 })), bytes: Buffer.alloc(9) });
  assert.deepEqual(copy["circle"], { name: "a", self: "[circular]" });
  assert.equal(copy["bytes"], "[9 bytes]");
  assert.ok(JSON.stringify(copy).includes("[more]"));
});

test("a level below the set one writes nothing, and a change of level reaches children", async () => {
  const { stream, text } = screen();
  const log = await createLog(options({ stdout: stream }));
  const child = log.child({ room: "turns" });
  child.debug({}, "unheard");
  log.setLevel("debug");
  child.debug({}, "heard");
  await log.close();
  assert.match(text(), /^[^\n]*"room":"turns","msg":"heard"\}\n$/);
});

test("a log file belongs to its owner alone and has one JSON object a line", () =>
  inTemporary(async (directory) => {
    const path = join(directory, "logs", "gateway.log");
    const { stream, text } = screen();
    const log = await createLog(options({ destination: { kind: "both", path }, stdout: stream }));
    for (let i = 0; i < 100; i++) log.info({ i, password: "hunter2" }, "line");
    log.flushSync();
    await log.close();
    const content = await readFile(path, "utf8");
    assert.equal(content, text());
    const rows = content.trimEnd().split("\n").map((line) => JSON.parse(line) as { i: number });
    assert.deepEqual(rows.map((row) => row.i), Array.from({ length: 100 }, (_, i) => i));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(join(directory, "logs"))).mode & 0o777, 0o700);
  }));

test("a full log file moves aside at the start of a gateway, and three older ones stay", () =>
  inTemporary(async (directory) => {
    const path = join(directory, "gateway.log");
    for (const content of ["first", "second", "third", "fourth", "fifth"]) {
      await writeFile(path, content, { mode: 0o644 });
      await prepareLogFile(path, 5);
    }
    const contents = await Promise.all(["", ".1", ".2", ".3"].map((age) => readFile(path + age, "utf8")));
    assert.deepEqual(contents, ["", "fifth", "fourth", "third"]);
    await assert.rejects(stat(`${path}.4`));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await writeFile(path, "tiny", { mode: 0o600 });
    await prepareLogFile(path, 5);
    assert.equal(await readFile(path, "utf8"), "tiny");
  }));

test("a log file that cannot be opened says so with its cure", () =>
  inTemporary(async (directory) => {
    await writeFile(join(directory, "file"), "");
    const opening = createLog(options({ destination: { kind: "file", path: join(directory, "file", "gateway.log") } }));
    await assert.rejects(opening, { code: "STATE_UNWRITABLE" });
  }));

test("pretty lines are for terminals: a pipe gets JSON", async () => {
  const terminal = screen(true);
  const pipe = screen(false);
  for (const { stream } of [terminal, pipe]) {
    const log = await createLog(options({ stdout: stream, pretty: true }));
    log.info({ sessionKey: "agent:main:main", token: "hunter2" }, "a turn began");
    await log.close();
  }
  assert.match(terminal.text(), /INFO.*a turn began/);
  assert.ok(!terminal.text().includes("hunter2"));
  assert.throws(() => JSON.parse(terminal.text()));
  assert.doesNotThrow(() => JSON.parse(pipe.text()));
});
