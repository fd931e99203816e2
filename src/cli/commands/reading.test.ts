import assert from "node:assert/strict";
import { appendFileSync, chmodSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { ContinuoError } from "../../domain/errors.ts";
import { fakeCli } from "../testing/fake-cli.ts";
import { fakeGateway } from "../testing/fake-gateway.ts";

test("config get prints one setting, secrets only when asked for", async () => {
  const config = { session: { dmScope: "main" }, channels: { telegram: { botToken: "123:abc", groups: { "a.b": { requireMention: false } } } } };
  const cases: [string[], string][] = [
    [["session.dmScope"], "main\n"],
    [["session.dmScope", "--json"], '"main"\n'],
    [["channels.telegram.botToken"], "__OPENCLAW_REDACTED__\n"],
    [["channels.telegram.botToken", "--show-secrets"], "123:abc\n"],
    [['channels.telegram.groups["a.b"].requireMention'], "false\n"],
  ];
  for (const [argv, expected] of cases) {
    const cli = fakeCli({ config });
    assert.equal(await cli.run("config", "get", ...argv), 0, argv[0]);
    assert.equal(cli.stdout(), expected);
    cli.remove();
  }
  const whole = fakeCli({ config });
  await whole.run("config", "get");
  assert.doesNotMatch(whole.stdout(), /123:abc/);
  whole.remove();
});

test("config get of what is not set is a failure, also for inherited names", async () => {
  for (const path of ["session.nothing", "session.constructor", "__proto__"]) {
    const cli = fakeCli();
    assert.equal(await cli.run("config", "get", path), 1);
    assert.match(cli.stderr(), /Nothing is set at/);
    cli.remove();
  }
});

test("config path, schema and validate", async () => {
  const path = fakeCli();
  await path.run("config", "path");
  assert.equal(path.stdout(), `${path.deps.paths.configPath}\n`);
  path.remove();
  const schema = fakeCli();
  await schema.run("config", "schema");
  assert.deepEqual(schema.json(), { type: "object" });
  schema.remove();
  const valid = fakeCli();
  assert.equal(await valid.run("config", "validate"), 0);
  assert.match(valid.stdout(), /openclaw\.json is valid\./);
  valid.remove();
});

test("logs shows the last lines, readable, and raw with --json", async () => {
  const cli = fakeCli();
  const lines = Array.from({ length: 300 }, (_, n) => JSON.stringify({ level: n === 299 ? 40 : 30, time: Date.parse("2026-11-21T10:00:00Z"), msg: `line ${n} 你好`, channel: "telegram" }));
  writeFileSync(cli.deps.paths.logPath, `${lines.join("\n")}\n`);
  assert.equal(await cli.run("logs", "-n", "2"), 0);
  assert.match(cli.stdout(), /^\d\d:00:00 info  line 298 你好 {2}channel=telegram\n\d\d:00:00 warn  line 299 你好 {2}channel=telegram\n$/);
  cli.remove();
  const raw = fakeCli();
  writeFileSync(raw.deps.paths.logPath, `${lines.join("\n")}\n`);
  await raw.run("logs", "-n", "250", "--json");
  assert.equal(raw.stdout(), `${lines.slice(50).join("\n")}\n`);
  raw.remove();
});

test("logs --follow goes on with what is appended, also after a rotation, until Ctrl-C", async () => {
  const cli = fakeCli();
  const { logPath } = cli.deps.paths;
  writeFileSync(logPath, "first\n");
  const done = cli.run("logs", "--follow");
  await cli.seen("first\n");
  const torn = Buffer.from("zweite Zeile: äöü\n");
  appendFileSync(logPath, torn.subarray(0, 15));
  appendFileSync(logPath, torn.subarray(15));
  await cli.seen("äöü\n");
  writeFileSync(logPath, "new\n");
  await cli.seen("new\n");
  cli.interrupt();
  assert.equal(await done, 0);
  cli.remove();
});

test("logs without a log says who writes one", async () => {
  const cli = fakeCli();
  assert.equal(await cli.run("logs"), 1);
  assert.match(cli.stderr(), /There is no log at/);
  cli.remove();
});

const VERDICT = { ok: true, remembered: true, fact: "kifuba", told: { channel: "telegram" }, asked: { channel: "webchat" }, sameSession: true, answer: "It is kifuba.", sessionKeys: ["agent:main:main"], durationMs: 1500 };

test("verify says what was told where, asked where, and whether it was remembered", async () => {
  for (const [verdict, exit, words] of [
    [VERDICT, 0, /✓ told on telegram: kifuba\n✓ asked on webchat: the same session \(agent:main:main\)\n✓ answered: It is kifuba\.\n\nRemembered:/],
    [{ ...VERDICT, ok: false, remembered: false, sameSession: false, why: "two sessions" }, 1, /✗ asked on webchat: another session .*\n✗ answered: .*\n\nNot remembered\.\nwhy: two sessions/],
  ] as const) {
    const gateway = await fakeGateway({ "verify.run": () => verdict });
    const cli = fakeCli({ holder: gateway.file });
    assert.equal(await cli.run("verify"), exit);
    assert.match(cli.stdout(), words);
    cli.remove();
    await gateway.close();
  }
});

test("doctor exits with 1 on a cross and 0 without one, and looks at the file modes", async () => {
  const gateway = await fakeGateway({ status: () => ({ channels: [] }) });
  const cli = fakeCli({ holder: gateway.file });
  writeFileSync(cli.deps.paths.configPath, "{}", { mode: 0o600 });
  assert.equal(await cli.run("doctor"), 0, cli.stdout());
  assert.match(cli.stdout(), /All is well: one conversation on all your channels\.\n$/);
  chmodSync(cli.deps.paths.configPath, 0o644);
  assert.equal(await cli.run("doctor"), 1);
  assert.match(cli.stdout(), /mode=644\n {6}fix: chmod 600 /);
  cli.remove();
  await gateway.close();
});

test("doctor says what is wrong with a configuration that does not load, and still looks at the rest", async () => {
  const cli = fakeCli();
  const load = () => Promise.reject(new ContinuoError("CONFIG_INVALID", "session.dmScop: unknown key"));
  const { runCli } = await import("../program.ts");
  assert.equal(await runCli({ ...cli.deps, settings: { ...cli.deps.settings, load, look: load } }, ["doctor", "--json"]), 1);
  const { ok, checks } = cli.json() as { ok: boolean; checks: { id: string; state: string; text: string }[] };
  assert.equal(ok, false);
  assert.equal(checks.find(({ id }) => id === "config")?.text, "session.dmScop: unknown key");
  assert.equal(checks.find(({ id }) => id === "state")?.state, "ok");
  cli.remove();
});
