import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { test, type TestContext } from "node:test";
import { ContinuoError, type ErrorCode } from "../domain/errors.ts";
import { resolvePaths } from "./environment.ts";
import { load, look } from "./load.ts";

const MAIN = "/etc/continuo/openclaw.json";
const FULL = join(import.meta.dirname, "fixtures", "openclaw-full.json5");
const FULL_ENV = { TELEGRAM_BOT_TOKEN: "1:tg", DISCORD_BOT_TOKEN: "dc", GEMINI_API_KEY: "gm" };

type Files = Readonly<Record<string, string | Uint8Array>>;

function reader(files: Files) {
  return (path: string): Promise<Uint8Array> => {
    const found = files[path];
    if (found === undefined) return Promise.reject(Object.assign(new Error("missing"), { code: "ENOENT", syscall: "open" }));
    return Promise.resolve(typeof found === "string" ? Buffer.from(found) : found);
  };
}

const read = (text: string | Uint8Array, env: Record<string, string> = {}, more: Files = {}) => load(MAIN, env, reader({ [MAIN]: text, ...more }));

async function refused(code: ErrorCode, loading: Promise<unknown>): Promise<ContinuoError> {
  const error = await loading.then(() => assert.fail("it was accepted"), (thrown: unknown) => thrown);
  assert.ok(error instanceof ContinuoError, String(error));
  assert.equal(error.code, code);
  return error;
}

async function directory(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "continuo-config-"));
  context.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test("a missing file is all defaults", async () => {
  const { config, exists, warnings, files } = await load(MAIN, {}, reader({}));
  assert.deepEqual([exists, warnings, files, config.session.dmScope], [false, [], [MAIN], "auto"]);
});

test("comments, trailing commas and single quotes are read", async () => {
  const { config } = await read("// hi\n{ session: { dmScope: 'main', /* ok */ }, }\n");
  assert.equal(config.session.dmScope, "main");
});

test("a byte-order mark and Windows line ends do not matter", async () => {
  assert.equal((await read("\uFEFF{\r\n session: {dmScope: 'main'}\r\n}")).config.session.dmScope, "main");
});

const BROKEN: readonly [name: string, text: string | Uint8Array, line: number, column: number][] = [
  ["a bracket too many", "{\n  session: }\n}", 2, 12],
  ["an end too early", '{"a": 1', 1, 8],
  ["an empty file", "", 1, 1],
  ["a file of blanks", " \n\n", 1, 1],
  ["bytes that are not UTF-8", Buffer.concat([Buffer.from('{\n a: "'), Buffer.from([0xff]), Buffer.from('"}')]), 2, 1],
];

for (const [name, text, line, column] of BROKEN) {
  test(`${name} is CONFIG_SYNTAX at line ${line}, column ${column}`, async () => {
    const error = await refused("CONFIG_SYNTAX", read(text));
    assert.match(error.message, new RegExp(`^${MAIN}, line ${line}, column ${column}: `));
    assert.deepEqual(error.fields, { file: MAIN, line, column });
  });
}

test("a syntax error does not quote the line, which may hold a token", async () => {
  const { message } = await refused("CONFIG_SYNTAX", read('{ token: "very-secret-value" x }'));
  assert.doesNotMatch(message, /very-secret/);
});

for (const text of ["[]", "5", "null", '"text"']) {
  test(`a file that holds ${text} is refused`, async () => {
    assert.match((await refused("CONFIG_INVALID", read(text))).message, /expected an object/);
  });
}

test("an unreadable file is CONFIG_UNREADABLE, not defaults", async () => {
  const denied = () => Promise.reject(Object.assign(new Error("denied"), { code: "EACCES", syscall: "open" }));
  assert.match((await refused("CONFIG_UNREADABLE", load(MAIN, {}, denied))).message, /EACCES/);
});

for (const text of ['{ "__proto__": { "gateway": {} } }', '{ channels: { telegram: { accounts: { "__proto__": { dmPolicy: "open" } } } } }', '{ plugins: [{ "__proto__": 1 }] }']) {
  test(`a __proto__ key is refused: ${text}`, async () => {
    assert.match((await refused("CONFIG_INVALID", read(text))).message, /__proto__: this name cannot be used as a key/);
  });
}

test("${VAR} is filled in anywhere in a text, $${VAR} stays as text", async () => {
  const { config } = await read('{ agents: { defaults: { systemPrompt: "I am ${NAME}, not $${NAME} nor ${name} nor $NAME" } } }', { NAME: "Ada" });
  assert.equal(config.agents.defaults.systemPrompt, "I am Ada, not ${NAME} nor ${name} nor $NAME");
});

test("a value that looks like a variable is not filled in twice", async () => {
  const { config } = await read('{ session: { store: "${A}" } }', { A: "${B}", B: "x" });
  assert.equal(config.session.store, "${B}");
});

test("every variable that is missing or empty is named with its path, and nothing of the others", async () => {
  const error = await refused("CONFIG_ENV_MISSING", read('{ gateway: { auth: { token: "${TOK}", password: "${PW}" } }, plugins: { a: ["${KNOWN}${X_1}"] } }', { PW: "", KNOWN: "s3cret" }));
  assert.match(error.message, /^gateway\.auth\.token: the environment variable TOK is not set\. Fix: /m);
  assert.match(error.message, /^gateway\.auth\.password: the environment variable PW /m);
  assert.match(error.message, /^plugins\.a\[0\]: the environment variable X_1 /m);
  assert.deepEqual(error.fields["variables"], ["TOK", "PW", "X_1"]);
  assert.doesNotMatch(error.message, /s3cret/);
});

test("those who look at a gateway need its gateway variables only: the others may be set in another shell", async () => {
  const text = '{ channels: { telegram: { botToken: "${BOT}" } }, gateway: { auth: { token: "${TOK}" } } }';
  const { config } = await look(MAIN, { TOK: "abc" }, reader({ [MAIN]: text }));
  assert.deepEqual([config.channels["telegram"]?.botToken, config.gateway.auth.token], ["${BOT}", "abc"]);
  const error = await refused("CONFIG_ENV_MISSING", look(MAIN, {}, reader({ [MAIN]: text })));
  assert.deepEqual(error.fields["variables"], ["TOK"]);
});

test("the file's own env section gives variables, and the process's win", async () => {
  const text = '{ env: { A: "file", vars: { B: "vars" } }, session: { store: "${A} ${B}" } }';
  assert.equal((await read(text)).config.session.store, "file vars");
  assert.equal((await read(text, { A: "process" })).config.session.store, "process vars");
});

test("an error quotes the file, not the variable's value", async () => {
  const { message } = await refused("CONFIG_INVALID", read('{ session: { dmScope: "${LEAK}" } }', { LEAK: "top-secret" }));
  assert.match(message, /but got a string \("\$\{LEAK\}"\)/);
  assert.doesNotMatch(message, /top-secret/);
});

test("OpenClaw's reference to a variable is read where a secret stands", async () => {
  const text = '{ gateway: { auth: { token: { source: "env", provider: "default", id: "TOK" } } } }';
  assert.equal((await read(text, { TOK: "abc" })).config.gateway.auth.token, "abc");
  await refused("CONFIG_ENV_MISSING", read(text));
  const other = '{ gateway: { auth: { token: { source: "exec", id: "x" } } } }';
  assert.match((await refused("CONFIG_INVALID", read(other))).message, /gateway\.auth\.token: expected a string but got an object/);
});

test("the environment stands above the file for port, token and password", async () => {
  const env = { OPENCLAW_GATEWAY_PORT: "1234", OPENCLAW_GATEWAY_TOKEN: "t", OPENCLAW_GATEWAY_PASSWORD: "p" };
  const { config } = await read("{ gateway: { port: 1, auth: { token: 'file' } } }", env);
  assert.deepEqual([config.gateway.port, config.gateway.auth.token, config.gateway.auth.password], [1234, "t", "p"]);
  const { config: bare } = await load(MAIN, env, reader({}));
  assert.equal(bare.gateway.auth.token, "t");
});

test("paths come from the environment, else from the home directory", () => {
  assert.deepEqual(resolvePaths({}, "/home/ada"), { stateDir: "/home/ada/.openclaw", configPath: "/home/ada/.openclaw/openclaw.json", port: null, token: null, password: null });
  const env = { OPENCLAW_STATE_DIR: "~/state", OPENCLAW_GATEWAY_PORT: " 80 ", OPENCLAW_GATEWAY_TOKEN: "" };
  assert.deepEqual(resolvePaths(env, "/home/ada"), { stateDir: "/home/ada/state", configPath: "/home/ada/state/openclaw.json", port: 80, token: null, password: null });
  assert.equal(resolvePaths({ OPENCLAW_CONFIG_PATH: "/x/c.json5" }, "/h").configPath, "/x/c.json5");
});

for (const port of ["abc", "-1", "65536", "1.5", "0x10"]) {
  test(`OPENCLAW_GATEWAY_PORT=${port} is refused by name`, () => {
    assert.throws(() => resolvePaths({ OPENCLAW_GATEWAY_PORT: port }, "/h"), (error) => error instanceof ContinuoError && error.code === "CONFIG_INVALID" && error.message.startsWith("OPENCLAW_GATEWAY_PORT: "));
  });
}

const HERE = dirname(MAIN);

test("includes are merged in order, and what stands beside them wins", async () => {
  const more = { [join(HERE, "a.json5")]: "{ dmScope: 'main', mainKey: 'a', reset: { atHour: 1 } }", [join(HERE, "sub/b.json5")]: "{ mainKey: 'b', reset: { mode: 'daily' }, $include: 'c.json5' }", [join(HERE, "sub/c.json5")]: "{ scope: 'global', mainKey: 'c' }" };
  const { config, files } = await read("{ session: { $include: ['./a.json5', 'sub/b.json5'], dmScope: 'per-peer' } }", {}, more);
  const { dmScope, mainKey, reset, scope } = config.session;
  assert.deepEqual([dmScope, mainKey, { ...reset }, scope], ["per-peer", "b", { atHour: 1, mode: "daily" }, "global"]);
  assert.deepEqual(files.length, 4);
});

test("a list can be included, an absolute path may be anywhere, and variables work inside", async () => {
  const more = { "/elsewhere/agents.json5": "[{ id: '${ID}' }]" };
  assert.equal((await read("{ agents: { list: { $include: '/elsewhere/agents.json5' } } }", { ID: "ada" }, more)).config.agents.list[0]?.id, "ada");
});

const BAD_INCLUDES: readonly [name: string, text: string, more: Files, code: ErrorCode, line: RegExp][] = [
  ["an escape from the directory", "{ $include: '../x.json5' }", { "/etc/x.json5": "{}" }, "CONFIG_INVALID", /\$include: "\.\.\/x\.json5" leaves the directory/],
  ["a hidden escape", "{ $include: 'a/../../x.json5' }", { "/etc/x.json5": "{}" }, "CONFIG_INVALID", /leaves the directory/],
  ["a circle", "{ $include: 'a.json5' }", { [join(HERE, "a.json5")]: "{ $include: './openclaw.json' }" }, "CONFIG_INVALID", /includes itself/],
  ["a file that is not there", "{ session: { $include: 'a.json5' } }", {}, "CONFIG_UNREADABLE", /session\.\$include: .*a\.json5 cannot be read \(ENOENT\)/],
  ["a broken file", "{ $include: 'a.json5' }", { [join(HERE, "a.json5")]: "{\n}}" }, "CONFIG_SYNTAX", /a\.json5, line 2, column 2/],
  ["a number", "{ $include: 5 }", {}, "CONFIG_INVALID", /expected a file name/],
  ["a list beside other keys", "{ agents: { list: { $include: 'a.json5', id: 1 } } }", { [join(HERE, "a.json5")]: "[]" }, "CONFIG_INVALID", /only an object can have further keys/],
  ["a hidden __proto__", "{ $include: 'a.json5' }", { [join(HERE, "a.json5")]: '{ "__proto__": {} }' }, "CONFIG_INVALID", /__proto__/],
];

for (const [name, text, more, code, line] of BAD_INCLUDES) {
  test(`an include of ${name} is refused`, async () => assert.match((await refused(code, read(text, {}, more))).message, line));
}

test("the hash follows every file that was read", async () => {
  const text = "{ $include: 'a.json5' }";
  const hash = async (inner: string) => (await read(text, {}, { [join(HERE, "a.json5")]: inner })).sourceHash;
  assert.equal(await hash("{}"), await hash("{}"));
  assert.notEqual(await hash("{}"), await hash("{ }"));
});

test("what OpenClaw's schedule knows and this one does not is not taken in silence", async () => {
  const { warnings } = await load(MAIN, {}, reader({ [MAIN]: '{ cron: { failureAlert: { enabled: true }, failureDestination: { channel: "telegram" }, maxConcurrentRuns: 2 } }' }));
  assert.deepEqual(warnings.map((line) => line.slice(0, line.indexOf(":"))), ["cron.failureAlert", "cron.failureDestination"]);
});

test("a full file of OpenClaw loads, without one warning", async () => {
  const { config, warnings } = await load(FULL, FULL_ENV);
  assert.deepEqual(warnings, []);
  assert.deepEqual(Object.keys(config.channels), ["whatsapp", "telegram", "discord", "slack", "signal"]);
  assert.equal(config.session.mainKey, "main");
  assert.deepEqual({ ...config.session.resetByType?.direct }, { mode: "idle", idleMinutes: 240 });
  assert.deepEqual(config.agents.list.map(({ id }) => id), ["main", "coder-bot"]);
  assert.equal(config.channels["telegram"]?.botToken, "1:tg");
  assert.deepEqual(config.channels["telegram"]?.allowFrom, ["123456789", "telegram:42"]);
  assert.equal(config.channels["discord"]?.token, "dc");
  assert.deepEqual([config.channels["discord"]?.dmPolicy, config.channels["discord"]?.allowFrom], ["allowlist", ["123456789012345678"]]);
  assert.equal(config.channels["discord"]?.groupPolicy, "open");
  assert.equal(config.channels["telegram"]?.groupPolicy, "open");
  assert.equal(config.channels["whatsapp"]?.groupPolicy, "allowlist");
  assert.equal(config.bindings[1]?.match.channel, "discord");
  assert.equal(config.bindings[2]?.match.peer?.kind, "dm");
  assert.equal(config.messages.queue.byChannel["telegram"], "steer-backlog");
  assert.equal(config.models.providers["custom-proxy"]?.apiKey, "gsk-from-file");
});

test("loading a full file again costs a few milliseconds", async (context) => {
  await load(FULL, FULL_ENV);
  const from = performance.now();
  for (let i = 0; i < 20; i++) await load(FULL, FULL_ENV);
  context.diagnostic(`${((performance.now() - from) / 20).toFixed(2)} ms a load`);
});

test("the disk is read when no reader is given", async (context) => {
  const path = join(await directory(context), "openclaw.json");
  await writeFile(path, "{ gateway: { port: 4242 } }");
  assert.equal((await load(path, {})).config.gateway.port, 4242);
  assert.ok((await readFile(path, "utf8")).length > 0);
});
