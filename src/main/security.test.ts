import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, test } from "node:test";
import { applyFixes, gatherSecurityFacts, securityDeps, type SecurityWorld } from "./security.ts";

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

const CONFIG = `{
  // mine
  "gateway": { "auth": { "token": "0123456789abcdef0123456789abcdef" } },
  "session": { "dmScope": "main" },
  "channels": { "telegram": { "botToken": "1:a", "allowFrom": ["7", "8"], "groupPolicy": "open" } },
}
`;

/** A state directory with these files, and these modes whatever the umask is. */
function world(files: Readonly<Record<string, number>>, config = CONFIG): SecurityWorld {
  const stateDir = mkdtempSync(join(tmpdir(), "continuo-audit-"));
  made.push(stateDir);
  chmodSync(stateDir, 0o755);
  const configPath = join(stateDir, "openclaw.json");
  for (const [name, mode] of Object.entries({ ...files, "openclaw.json": 0o644 })) {
    mkdirSync(join(stateDir, dirname(name)), { recursive: true, mode: 0o700 });
    writeFileSync(join(stateDir, name), name === "openclaw.json" ? config : "");
    chmodSync(join(stateDir, name), mode);
  }
  return { stateDir, configPath, env: {}, readShared: () => Promise.resolve({ sharedSessions: [], approved: [], identities: [] }) };
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test("every file that Continuo keeps is looked at, with its own mode", async () => {
  const at = world({ "continuo/continuo.sqlite": 0o644, "continuo/device-secret": 0o640, "credentials/x.json": 0o600, "agents/main/sessions/sessions.json": 0o644, "agents/main/sessions/a.jsonl": 0o644, "agents/main/sessions/b.jsonl": 0o600, "logs/gateway.log": 0o644 });
  const { files, config, listening } = await gatherSecurityFacts(at);
  assert.deepEqual(
    files.map(({ kind, path, mode }) => [kind, path.slice(at.stateDir.length), mode?.toString(8)]),
    [
      ["state-dir", "", "755"],
      ["config", "/openclaw.json", "644"],
      ["store", "/continuo", "700"],
      ["store", "/continuo/continuo.sqlite", "644"],
      ["secret", "/continuo/device-secret", "640"],
      ["credentials-dir", "/credentials", "700"],
      ["sessions-index", "/agents/main/sessions/sessions.json", "644"],
      ["transcript", "/agents/main/sessions/a.jsonl", "644"],
      ["log", "/logs/gateway.log", "644"],
    ],
  );
  assert.deepEqual([config.kind, listening], ["valid", null]);
});

test("twenty open transcripts are told one by one, the others are counted, and --fix narrows them all", async () => {
  const names = Array.from({ length: 25 }, (_, index) => `agents/main/sessions/${String(index).padStart(2, "0")}.jsonl`);
  const at = world(Object.fromEntries(names.map((name) => [name, 0o644])));
  const facts = await gatherSecurityFacts(at);
  assert.deepEqual([facts.files.filter(({ kind }) => kind === "transcript").length, facts.moreOpenTranscripts], [20, 5]);
  await applyFixes(at);
  assert.deepEqual([...new Set(names.map((name) => modeOf(join(at.stateDir, name))))], ["600"]);
});

test("--fix closes the group policy in the file with its comment kept, narrows modes, and leaves dmScope", async () => {
  const at = world({ "continuo/continuo.sqlite": 0o644 });
  const report = await applyFixes(at);
  const { ok, configWritten, changes, errors } = report;
  assert.deepEqual({ ok, configWritten, changes, errors }, { ok: true, configWritten: true, changes: ["channels.telegram.groupPolicy=open -> allowlist"], errors: [] });
  const text = readFileSync(at.configPath, "utf8");
  assert.match(text, /\/\/ mine/);
  assert.match(text, /"groupPolicy": "allowlist"/);
  assert.match(text, /"dmScope": "main"/);
  assert.deepEqual([at.stateDir, at.configPath, join(at.stateDir, "continuo/continuo.sqlite")].map(modeOf), ["700", "600", "600"]);
  const again = await applyFixes(at);
  assert.deepEqual([again.configWritten, again.changes, again.actions], [false, [], []]);
});

test("what a link leads to keeps its mode", async () => {
  const at = world({});
  const target = join(at.stateDir, "elsewhere.json");
  writeFileSync(target, CONFIG);
  chmodSync(target, 0o644);
  rmSync(at.configPath);
  symlinkSync(target, at.configPath);
  const facts = await gatherSecurityFacts(at);
  assert.deepEqual(facts.files.filter(({ kind }) => kind === "config").map(({ isSymlink, mode }) => [isSymlink, mode]), [[true, 0o644]]);
  assert.deepEqual((await applyFixes(at)).actions.map(({ path }) => path), [at.stateDir]);
});

test("a configuration that is not valid is one critical finding, the files are judged all the same, and its secrets are not told", async () => {
  const at = world({}, '{ "gateway": { "auth": { "token": "sekret-value", "mode": "nonsense" } } }');
  const report = await securityDeps(at).audit();
  assert.deepEqual(report.findings.filter(({ severity }) => severity === "critical").map(({ checkId }) => checkId), ["config.unreadable", "fs.config.perms_world_readable"]);
  assert.doesNotMatch(JSON.stringify(report), /sekret/);
});

test("a place where nothing was ever started has no findings of its files", async () => {
  const stateDir = join(tmpdir(), "continuo-audit-nowhere");
  const facts = await gatherSecurityFacts({ stateDir, configPath: join(stateDir, "openclaw.json"), env: {}, readShared: () => Promise.resolve({ sharedSessions: [], approved: [], identities: [] }) });
  assert.deepEqual([facts.files, facts.config.kind], [[], "valid"]);
});
