import assert from "node:assert/strict";
import { test } from "node:test";
import { factsOf, fileOf } from "./facts.test-kit.ts";
import { planFixes } from "./fix.ts";

test("--fix closes open groups of channels and of accounts, and turns redaction on", () => {
  const channels = { telegram: { groupPolicy: "open", accounts: { work: { groupPolicy: "open" }, home: {} } }, discord: { enabled: false, groupPolicy: "open" }, slack: {} };
  const { edits, changes } = planFixes(factsOf({ channels, logging: { redactSensitive: "off" } }));
  assert.deepEqual(changes, [
    "channels.telegram.groupPolicy=open -> allowlist",
    "channels.telegram.accounts.work.groupPolicy=open -> allowlist",
    "channels.discord.groupPolicy=open -> allowlist",
    "logging.redactSensitive=off -> tools",
  ]);
  assert.deepEqual(edits[1], { path: ["channels", "telegram", "accounts", "work", "groupPolicy"], value: "allowlist" });
});

test("--fix never changes who shares a session, nor who may write directly", () => {
  const { edits } = planFixes(factsOf({ session: { dmScope: "main", scope: "global" }, channels: { telegram: { dmPolicy: "open", dmScope: "main", allowFrom: ["*"] } } }));
  assert.deepEqual(edits, []);
});

test("--fix narrows folders to 700 and files to 600, where others have a permission", () => {
  const files = [fileOf("state-dir", 0o755), fileOf("config", 0o644), fileOf("transcript", 0o640), fileOf("store", 0o600), fileOf("log", null), fileOf("store", 0o750, { isFolder: true })];
  assert.deepEqual(planFixes(factsOf({}, { files })).chmods.map(({ path, mode }) => [path, mode.toString(8)]), [
    ["/s/state-dir", "700"],
    ["/s/config", "600"],
    ["/s/transcript", "600"],
    ["/s/store", "700"],
  ]);
});

test("--fix leaves what a symbolic link leads to, and a configuration that cannot be read", () => {
  const plan = planFixes(factsOf({}, { config: { kind: "invalid", message: "m", cure: "c" }, files: [fileOf("config", 0o644, { isSymlink: true })] }));
  assert.deepEqual(plan, { edits: [], chmods: [], changes: [] });
});
