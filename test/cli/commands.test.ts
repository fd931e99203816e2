import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { continuo, startGateway, temporaryStateDir, type Finished, type RunningGateway } from "./process.ts";

const here: { gateway?: RunningGateway } = {};
const made: string[] = [];

before(async () => {
  here.gateway = await startGateway();
});
after(async () => {
  await here.gateway?.stop();
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

function gateway(): RunningGateway {
  assert.ok(here.gateway);
  return here.gateway;
}

function place(): string {
  const stateDir = temporaryStateDir();
  made.push(stateDir);
  return stateDir;
}

function json({ stdout }: Finished): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

const run = async (...args: string[]): Promise<Finished> => continuo(args, { stateDir: gateway().stateDir });

/** What the mirror of the transcripts holds, its own marker aside. */
function mirrored(stateDir: string): string[] {
  return readdirSync(stateDir, { recursive: true, encoding: "utf8" }).filter((path) => /^agents\/.*\.json/.test(path)).toSorted();
}

test("what is said in the terminal is recalled there, and is in sessions and history while the gateway runs", async () => {
  assert.equal((await run("chat", "--message", "My bike is behind the church")).code, 0);
  const answer = json(await run("chat", "--message", "Where is my bike?", "--json"));
  assert.match(String(answer.text), /behind the church/);
  assert.equal(answer.sessionKey, "agent:main:main");
  assert.match((await run("sessions", "list")).stdout, /^KEY {2,}MESSAGES {3}LAST ACTIVE\nagent:main:main +4 +just now\n$/);
  assert.match((await run("sessions", "history", "main")).stdout, /^\[\S+Z\] user: My bike is behind the church\n\[\S+Z\] assistant: /);
});

test("piped chat answers every line and ends", async () => {
  const { code, stdout } = await continuo(["chat", "--session", "piped"], { stateDir: gateway().stateDir, stdin: "The code is 4711\nWhat is the code?\n" });
  assert.equal(code, 0);
  assert.match(stdout, /main: .*The code is 4711/);
});

test("verify remembers through two channels of the default configuration and leaves no trace", async () => {
  const stateDir = place();
  const own = await startGateway({ stateDir });
  assert.equal((await continuo(["chat", "--message", "hello"], { stateDir })).code, 0);
  const list = async () => (await continuo(["sessions", "list", "--json"], { stateDir })).stdout.replaceAll(/"age(Ms)?": \d+/g, '"age": 0');
  const before = await list();
  const told = await continuo(["verify", "--json"], { stateDir });
  const result = json(told);
  assert.equal(told.code, 0);
  assert.deepEqual([result.ok, result.remembered, result.sameSession, result.sessionKeys], [true, true, true, ["agent:main:main"]]);
  assert.match((await continuo(["verify"], { stateDir })).stdout, /Remembered: one conversation on both channels\.\n/);
  assert.equal(await list(), before);
  await own.stop(); // what the mirror was still to write is written by now
  assert.equal(await list(), before);
  const [session] = (JSON.parse(before) as { sessions: { sessionId: string }[] }).sessions;
  assert.deepEqual(mirrored(stateDir), ["agents/main/sessions/sessions.json", `agents/main/sessions/${session?.sessionId}.jsonl`].toSorted());
});

test("doctor is content with a running default install", async () => {
  const { code, stdout } = await run("doctor", "--json");
  const diagnosis = JSON.parse(stdout) as { ok: boolean; unified: boolean };
  assert.deepEqual([code, diagnosis.ok, diagnosis.unified], [0, true, true]);
});

test("nothing is coloured and no spinner turns where stdout is no terminal", async () => {
  for (const args of [["status"], ["sessions"], ["doctor"], ["verify"], ["--help"]]) {
    const { stdout, stderr } = await run(...args);
    assert.equal((stdout + stderr).includes("\u001b"), false, args.join(" "));
  }
});

test("status never prints the token off a terminal unless asked", async () => {
  const { token } = gateway();
  assert.equal((await run("status")).stdout.includes(token), false);
  assert.equal((await run("status", "--json")).stdout.includes(token), false);
  assert.equal((await run("status", "--show-token")).stdout.includes(`#token=${token}`), true);
});

test("every failure names its cure and has its exit code, without a stack", async () => {
  const cases: [string[], number, RegExp][] = [
    [["statuz"], 2, /unknown command 'statuz' \(Did you mean status\?\)/],
    [["status", "--bogus"], 2, /unknown option '--bogus'/],
    [["sessions", "history", "main", "surplus"], 2, /too many arguments/],
    [["sessions", "history", "nobody"], 1, /Session not found: nobody \[SESSION_NOT_FOUND\]/],
    [["gateway", "call", "sesions.list"], 1, /has no method sesions\.list.*\n {2}fix: Did you mean sessions\.list\?/],
    [["gateway", "call", "status", "--token", "wrong"], 1, /\[GATEWAY_UNAUTHORIZED\]/],
    [["config", "get", "no.such"], 1, /Nothing is set at no\.such/],
    [["config", "set", "session.dmScope", "sideways"], 1, /session\.dmScope: .*\[CONFIG_INVALID\]/s],
  ];
  for (const [args, code, words] of cases) {
    const failed = await run(...args);
    assert.equal(failed.code, code, args.join(" "));
    assert.match(failed.stderr, words);
    assert.match(failed.stderr, /^error: [\s\S]*\n {2}fix: /);
    assert.doesNotMatch(failed.stderr, /\n\s+at /);
    assert.equal(failed.stdout, "");
  }
});

test("with the gateway down everything says so, and what only reads works in an empty place without making anything", async () => {
  const stateDir = join(place(), "not-there-yet");
  const port = 1;
  for (const args of [["health"], ["chat", "-m", "hi"], ["verify"], ["gateway", "call", "status"]]) {
    const { code, stderr } = await continuo(args, { stateDir, port });
    assert.deepEqual([code, /No gateway answers at ws:\/\/127\.0\.0\.1:1\. \[GATEWAY_UNREACHABLE\]\n {2}fix: Start it with `continuo gateway start`\./.test(stderr)], [1, true], args.join(" "));
  }
  assert.equal((await continuo(["sessions"], { stateDir, port })).code, 0);
  assert.equal((await continuo(["status"], { stateDir, port })).code, 0);
  assert.equal((await continuo(["doctor"], { stateDir, port })).code, 1);
  assert.equal(existsSync(stateDir), false);
});

test("doctor names the path and the fix of a malformed configuration, whether a gateway runs or not", async () => {
  const stateDir = place();
  writeFileSync(join(stateDir, "openclaw.json"), '{ "session": { "dmScope": "sideways" } }', { mode: 0o600 });
  const { code, stdout } = await continuo(["doctor"], { stateDir, port: 1 });
  assert.equal(code, 1);
  assert.match(stdout, /✗ .*session\.dmScope: .*Fix: /s);
});

test("config set writes what is valid, keeps the comments, and says what is different", async () => {
  const stateDir = place();
  const path = join(stateDir, "openclaw.json");
  const set = await continuo(["config", "set", "gateway.port", "18800"], { stateDir });
  assert.deepEqual([set.code, set.stdout], [0, "gateway.port: 18789 -> 18800 (takes effect at the next start)\n"]);
  assert.match(readFileSync(path, "utf8"), /\/\/ Whoever has this token is you/);
  assert.equal((await continuo(["config", "get", "gateway.port"], { stateDir })).stdout, "18800\n");
  assert.equal((await continuo(["config", "unset", "gateway.port", "--json"], { stateDir })).code, 0);
  assert.equal((await continuo(["config", "get", "gateway.port"], { stateDir })).stdout, "18789\n");
});
