import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { reportOf, type SecurityReport } from "../../audit/security/audit.ts";
import type { FixReport } from "../../audit/security/deps.ts";
import { critical, info, warn } from "../../audit/security/finding.ts";
import { fakeCli, NOW, type FakeCli, type FakeOptions } from "../testing/fake-cli.ts";
import { securityCommand } from "./security.ts";

const open = critical({ checkId: "channels.telegram.dm.open", title: "Telegram DMs are open", detail: "line one\nline two", remediation: "Run: continuo config set channels.telegram.dmPolicy pairing" });
const readable = warn({ checkId: "fs.state_dir.perms_readable", title: "State directory is readable by others", detail: "/s mode=755; consider restricting to 700.", remediation: "chmod 700 /s" });
const surface = info({ checkId: "summary.attack_surface", title: "Attack surface summary", detail: "groups: open=0, allowlist=1" });
const BAD = reportOf([surface, readable, open]);
const FIXED: FixReport = {
  ok: true,
  stateDir: "/s",
  configPath: "/s/openclaw.json",
  configWritten: true,
  changes: ["channels.telegram.groupPolicy=open -> allowlist"],
  actions: [{ kind: "chmod", path: "/s", mode: "700", ok: true }],
  errors: [],
};

const made: FakeCli[] = [];
afterEach(() => {
  for (const cli of made.splice(0)) cli.remove();
});

interface Ran {
  readonly cli: FakeCli;
  readonly exitCode: number;
  /** In the order in which they were asked for. */
  readonly asked: readonly string[];
}

async function run(report: SecurityReport, fix: FixReport, words: readonly string[], options: FakeOptions = {}): Promise<Ran> {
  const cli = fakeCli(options);
  made.push(cli);
  const asked: string[] = [];
  const security = {
    audit: () => Promise.resolve(report).finally(() => void asked.push("audit")),
    fix: () => Promise.resolve(fix).finally(() => void asked.push("fix")),
  };
  let exitCode = -1;
  await securityCommand({ deps: { ...cli.deps, security }, settle: (code) => (exitCode = code) }).parseAsync([...words], { from: "user" });
  return { cli, exitCode, asked };
}

test("security audit prints the layout of the specification, and findings are no failure", async () => {
  const { cli, exitCode } = await run(BAD, FIXED, ["audit"]);
  assert.equal(
    cli.stdout(),
    `Continuo security audit
Summary: 1 critical · 1 warn · 1 info
Run deeper: continuo security audit --deep

CRITICAL
channels.telegram.dm.open Telegram DMs are open
  line one
  line two
  Fix: Run: continuo config set channels.telegram.dmPolicy pairing

WARN
fs.state_dir.perms_readable State directory is readable by others
  /s mode=755; consider restricting to 700.
  Fix: chmod 700 /s

INFO
summary.attack_surface Attack surface summary
  groups: open=0, allowlist=1
`,
  );
  assert.equal(exitCode, 0);
});

test("a section without findings is left out", async () => {
  const { cli } = await run(reportOf([surface]), FIXED, ["audit"]);
  assert.match(cli.stdout(), /Summary: 0 critical · 0 warn · 1 info/);
  assert.doesNotMatch(cli.stdout(), /CRITICAL|WARN/);
});

test("--strict ends with 1 when something is critical, and with 0 when nothing is", async () => {
  assert.equal((await run(BAD, FIXED, ["audit", "--strict"])).exitCode, 1);
  assert.equal((await run(BAD, FIXED, ["audit", "--strict", "--json"])).exitCode, 1);
  assert.equal((await run(reportOf([readable]), FIXED, ["audit", "--strict"])).exitCode, 0);
});

test("--json prints ts, summary and findings, the worst first", async () => {
  const { cli } = await run(BAD, FIXED, ["audit", "--json"]);
  assert.deepEqual(cli.json(), { ts: NOW, summary: { critical: 1, warn: 1, info: 1 }, findings: [open, readable, surface], secretDiagnostics: [] });
});

test("--fix repairs first and then reports what is left", async () => {
  const { cli, asked } = await run(BAD, FIXED, ["audit", "--fix"]);
  assert.deepEqual(asked, ["fix", "audit"]);
  assert.match(cli.stdout(), /^Fixed\n {2}✓ channels\.telegram\.groupPolicy=open -> allowlist\n {2}✓ chmod 700 \/s\n\nContinuo security audit\n/);
  const { cli: json } = await run(BAD, FIXED, ["audit", "--fix", "--json"]);
  assert.deepEqual(Object.keys(json.json()), ["fix", "report", "secretDiagnostics"]);
  assert.deepEqual(json.json()["fix"], FIXED);
});

test("--fix that could not do something says so and ends with 1", async () => {
  const failed: FixReport = { ...FIXED, ok: false, changes: [], actions: [], errors: ["chmod 700 /s: EPERM"] };
  const { cli, exitCode } = await run(BAD, failed, ["audit", "--fix"]);
  assert.match(cli.stdout(), /✗ chmod 700 \/s: EPERM/);
  assert.equal(exitCode, 1);
});

test("--deep without a gateway says that none was asked, and finds nothing by it", async () => {
  const { cli } = await run(BAD, FIXED, ["audit", "--deep", "--json"]);
  assert.deepEqual(cli.json()["deep"], { gateway: { attempted: false, url: null, ok: false, error: null } });
  assert.equal((cli.json()["findings"] as unknown[]).length, 3);
});

test("--deep names a gateway that runs and cannot be asked, and the line about --deep is gone", async () => {
  const holder = { pid: process.pid, host: "127.0.0.1", port: 1, startedAt: NOW, version: "1.2.3" };
  const { cli } = await run(BAD, FIXED, ["audit", "--deep"], { holder });
  assert.match(cli.stdout(), /gateway\.probe_failed The running gateway could not be asked/);
  assert.doesNotMatch(cli.stdout(), /Run deeper/);
});

test("what others chose, such as a name in a finding, cannot write on the terminal", async () => {
  const { cli } = await run(reportOf([warn({ checkId: "session.two_humans", title: "t", detail: "\u001b[31mEve" })]), FIXED, ["audit"]);
  assert.ok(!cli.stdout().includes("\u001b"));
});
