/** Starts that must not succeed: each ends with a named error and its cure, and leaves everything as it found it. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { continuo, type Finished } from "../cli/process.ts";
import { sqliteFile } from "../store/database.ts";
import { sqliteOnly } from "../store/engine.ts";
import { gatewayConfig } from "./house.ts";
import { stage } from "./stage.ts";

const FAILURE = 1;

function place(t: TestContext, config?: string): string {
  const stateDir = stage(t).directory();
  if (config !== undefined) writeFileSync(join(stateDir, "openclaw.json"), config);
  return stateDir;
}

function start(stateDir: string, port = 0): Promise<Finished> {
  return continuo(["gateway", "run", "--port", String(port)], { stateDir });
}

function refused({ code, stdout, stderr }: Finished, name: string, words: RegExp): void {
  assert.equal(code, FAILURE, stderr);
  assert.match(stderr, new RegExp(`^error: [\\s\\S]*\\[${name}\\]\n  fix: .+`));
  assert.match(stderr, words);
  assert.doesNotMatch(stderr, /\n\s+at .*:\d+:\d+/, "no stack");
  assert.doesNotMatch(stdout, /is running/);
}

test("a configuration with wrong settings: each is named by its path, and nothing is begun", async (t) => {
  const config = JSON.stringify({ gateway: gatewayConfig(), session: { dmScope: "everybody", dmScop: "main" }, channels: { telegram: { dmPolicy: "opne" } } });
  const stateDir = place(t, config);
  const finished = await start(stateDir);
  refused(finished, "CONFIG_INVALID", /session\.dmScope/);
  assert.match(finished.stderr, /session\.dmScop\b/);
  assert.match(finished.stderr, /channels\.telegram\.dmPolicy/);
  assert.ok(!existsSync(sqliteFile(stateDir)), "no database was made");
  assert.ok(!existsSync(join(stateDir, "continuo", "gateway.json")), "nobody is told that it runs");
  assert.equal(readFileSync(join(stateDir, "openclaw.json"), "utf8"), config);
});

test("a configuration that is not JSON5: the line is named, and the file is as it was", async (t) => {
  const config = '{\n  // a comment\n  session: { dmScope: "main",\n  gateway: }\n';
  const stateDir = place(t, config);
  refused(await start(stateDir), "CONFIG_SYNTAX", /openclaw\.json.*(:4|line 4)/s);
  assert.equal(readFileSync(join(stateDir, "openclaw.json"), "utf8"), config);
});

test("a configuration that names a variable which is not set", async (t) => {
  const stateDir = place(t, JSON.stringify({ gateway: gatewayConfig(), channels: { telegram: { botToken: "${NO_SUCH_TOKEN}" } } }));
  refused(await start(stateDir), "CONFIG_ENV_MISSING", /channels\.telegram\.botToken[\s\S]*NO_SUCH_TOKEN/);
});

test("a port that somebody else listens on", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const stateDir = place(t);
  refused(await start(stateDir, port), "GATEWAY_PORT_TAKEN", new RegExp(String(port)));
  assert.equal((await continuo(["gateway", "status"], { stateDir, port })).code === 0, false);
  assert.ok(!existsSync(join(stateDir, "continuo", "gateway.json")));
});

test("a state directory that another gateway holds: the other one is named and goes on", async (t) => {
  const house = stage(t);
  const gateway = await house.gateway({ config: { gateway: gatewayConfig() } });
  refused(await start(gateway.stateDir), "STATE_LOCKED", new RegExp(`pid ${gateway.pid}`));
  assert.equal((await (await house.client(gateway)).status()).sessions.count, 0);
});

test("a state directory that cannot be one", async (t) => {
  const directory = stage(t).directory();
  const file = join(directory, "a-file");
  writeFileSync(file, "somebody's notes");
  refused(await start(file), "STATE_UNWRITABLE", /a-file/);
  refused(await start(join(file, "below")), "STATE_UNWRITABLE", /a-file/);
  assert.equal(readFileSync(file, "utf8"), "somebody's notes");
});

test("a database file that is none: it is named and kept, byte for byte", sqliteOnly("the database is one file of SQLite's format"), async (t) => {
  const stateDir = place(t);
  mkdirSync(join(stateDir, "continuo"));
  const garbage = Buffer.from("this was never a database, but somebody may want it back\n".repeat(300));
  writeFileSync(sqliteFile(stateDir), garbage);
  refused(await start(stateDir), "STORE_CORRUPT", /continuo\.sqlite/);
  assert.deepEqual(readFileSync(sqliteFile(stateDir)), garbage);
  assert.ok(!existsSync(join(stateDir, "continuo", "gateway.json")));
});

/** A database with something in it, as an ordinary end leaves it. */
async function usedState(t: TestContext): Promise<string> {
  const house = stage(t);
  const stateDir = house.directory();
  const gateway = await house.gateway({ stateDir, config: { gateway: gatewayConfig() } });
  const client = await house.client(gateway);
  for (let i = 0; i < 5; i++) await client.ask(`note ${i} ${"x".repeat(20_000)}`);
  await client.close();
  assert.equal(await gateway.stop(), 0);
  return stateDir;
}

test("a database that was cut off: it is named and kept, byte for byte", sqliteOnly("the database is one file of SQLite's format"), async (t) => {
  const stateDir = await usedState(t);
  truncateSync(sqliteFile(stateDir), 6_000);
  const before = readFileSync(sqliteFile(stateDir));
  refused(await start(stateDir), "STORE_CORRUPT", /continuo\.sqlite/);
  assert.deepEqual(readFileSync(sqliteFile(stateDir)), before);
});

test("a database of a newer version: it is left alone", sqliteOnly("the database is one file of SQLite's format"), async (t) => {
  const stateDir = await usedState(t);
  const newer = new DatabaseSync(sqliteFile(stateDir));
  newer.exec("pragma user_version = 9999");
  newer.close();
  refused(await start(stateDir), "STORE_NEWER", /9999/);
  const after = new DatabaseSync(sqliteFile(stateDir), { readOnly: true });
  assert.equal(after.prepare("select count(*) as n from entries").get()?.["n"], 10);
  after.close();
});
