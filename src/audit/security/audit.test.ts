import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { auditSecurity } from "./audit.ts";
import type { SecurityFacts, SharedSession } from "./facts.ts";
import { factsOf, fileOf, TOKEN } from "./facts.test-kit.ts";
import type { Finding, Severity } from "./finding.ts";

type Given = SecurityFacts;

interface Case {
  readonly id: string;
  readonly severity: Severity;
  readonly bad: Given;
  /** The same, but well. */
  readonly good: Given;
  readonly says?: RegExp;
}

const telegram = (settings: object = {}): { channels: object } => ({ channels: { telegram: { botToken: "1:a", allowFrom: ["7"], ...settings } } });
const two = (settings: object): { channels: object } => ({ channels: { telegram: { botToken: "1:a", ...settings }, discord: { token: "x", ...settings } } });
const gateway = (settings: object, changes: Partial<Given> = {}): Given => factsOf({ gateway: { auth: { token: TOKEN }, ...settings } }, changes);
const hooks = (settings: object, more: object = {}): Given => factsOf({ hooks: { enabled: true, token: "h".repeat(32), defaultSessionKey: "hook:x", allowedAgentIds: ["main"], ...settings }, ...more });
const files = (...list: readonly ReturnType<typeof fileOf>[]): Given => factsOf({}, { files: list });
const session = (scope: SharedSession["scope"], ...names: readonly (string | null)[]): SharedSession => ({
  key: "agent:main:x",
  scope,
  humans: names.map((name, index) => ({ name, identity: `telegram:${index}`, isOwner: name === "me" })),
});
const shared = (one: SharedSession): Given => factsOf({}, { sharedSessions: [one] });
const approvedBy = (...ids: readonly string[]): Partial<Given> => ({ approved: ids.map((senderId) => ({ channel: "telegram", account: "default", senderId, asOwner: false })) });
const MAIN = { session: { dmScope: "main" } };
const POWER = { tools: { profile: "coding" } };
const LAN = { gateway: { bind: "lan", auth: { token: TOKEN } } };
const guests = telegram({ allowFrom: ["7", "8"] });

const ACCESS: readonly Case[] = [
  { id: "channels.telegram.dm.scope_main_multiuser", severity: "warn", bad: factsOf({ ...MAIN, ...guests }), good: factsOf(guests), says: /telegram:7, telegram:8/ },
  { id: "channels.telegram.dm.scope_main_multiuser", severity: "warn", bad: factsOf({ ...MAIN, ...telegram({ allowFrom: ["*"] }) }), good: factsOf({ ...MAIN, ...telegram() }) },
  { id: "channels.telegram.dm.scope_main_multiuser", severity: "warn", bad: factsOf({ ...MAIN, ...telegram() }, approvedBy("8")), good: factsOf({ ...MAIN, ...telegram() }, approvedBy("7")) },
  { id: "channels.telegram.dm.scope_main_multiuser", severity: "warn", bad: factsOf(telegram({ dmScope: "main", allowFrom: ["7", "8"] })), good: factsOf({ ...MAIN, ...telegram({ dmScope: "per-channel-peer", allowFrom: ["7", "8"] }) }), says: /channels\.telegram\.dmScope/ },
  { id: "channels.telegram.dm.scope_main_multiuser", severity: "warn", bad: factsOf({ ...MAIN, ...guests }), good: factsOf({ session: { dmScope: "main", identityLinks: { Ann: ["telegram:7", "telegram:8"] } }, ...guests }) },
  {
    id: "channels.discord.dm.scope_main_multiuser",
    severity: "warn",
    bad: factsOf({ session: { dmScope: "main", owner: ["telegram:7", "discord:9"] }, channels: { telegram: { allowFrom: ["7"] }, discord: { allowFrom: ["8"] } } }),
    good: factsOf({ session: { dmScope: "main", owner: ["telegram:7", "discord:9"] }, channels: { telegram: { allowFrom: ["7"] }, discord: { allowFrom: ["9"] } } }),
  },
  { id: "channels.telegram.dm.scope_main_multiuser", severity: "warn", bad: factsOf({ ...MAIN, ...guests }), good: factsOf({ ...MAIN, ...telegram({ allowFrom: ["7", "8"], dmPolicy: "disabled" }) }) },
  { id: "channels.telegram.dm.open", severity: "critical", bad: factsOf(telegram({ dmPolicy: "open", allowFrom: ["*"] })), good: factsOf(telegram()), says: /dmPolicy="open" allows anyone to DM the bot\./ },
  { id: "channels.telegram.dm.open", severity: "critical", bad: factsOf(telegram({ dmPolicy: "allowlist", allowFrom: ["*"] })), good: factsOf(telegram({ dmPolicy: "allowlist" })), says: /allowFrom includes "\*"/ },
  { id: "channels.telegram.dm.open_invalid", severity: "warn", bad: factsOf(telegram({ dmPolicy: "open" })), good: factsOf(telegram({ dmPolicy: "open", allowFrom: ["*"] })) },
  { id: "channels.telegram.dm.disabled", severity: "info", bad: factsOf(telegram({ dmPolicy: "disabled" })), good: factsOf(telegram()) },
  { id: "channels.telegram.dm.open", severity: "critical", bad: factsOf(telegram({ dmPolicy: "open" })), good: factsOf(telegram({ dmPolicy: "open", enabled: false })) },
  { id: "security.exposure.open_dms_with_runtime_or_fs", severity: "critical", bad: factsOf({ ...telegram({ dmPolicy: "open" }), ...POWER }), good: factsOf({ ...telegram(), ...POWER }), says: /exec.*tools\.profile="coding"/ },
  { id: "security.exposure.open_dms_with_runtime_or_fs", severity: "warn", bad: factsOf({ ...telegram({ dmPolicy: "open" }), ...POWER, agents: { defaults: { sandbox: { mode: "all" } } } }), good: factsOf(telegram({ dmPolicy: "open" })) },
  { id: "channels.telegram.groups.allowFrom.missing", severity: "critical", bad: factsOf(telegram({ groupPolicy: "open" })), good: factsOf(telegram({ groupPolicy: "allowlist" })) },
  { id: "channels.telegram.groups.allowFrom.missing", severity: "warn", bad: factsOf(telegram({ groupAllowFrom: ["*"], groups: { "-1": {} } })), good: factsOf(telegram({ groupAllowFrom: ["7"], groups: { "-1": {} } })), says: /groupAllowFrom includes/ },
  { id: "channels.telegram.groups.allowFrom.missing", severity: "critical", bad: factsOf(telegram({ groupAllowFrom: ["*"] })), good: factsOf(telegram({ groupPolicy: "disabled", groupAllowFrom: ["*"] })) },
  { id: "channels.telegram.groups.allowFrom.missing", severity: "warn", bad: factsOf(telegram({ groups: { "-1": { allowFrom: ["*"] } } })), good: factsOf(telegram({ groups: { "-1": { allowFrom: ["7"] } } })), says: /groups\.-1|groups\["-1"\]/ },
  { id: "security.exposure.open_groups_with_elevated", severity: "critical", bad: factsOf({ ...telegram({ groupPolicy: "open" }), tools: { elevated: { enabled: true } } }), good: factsOf({ ...telegram({ groupPolicy: "open" }), tools: { elevated: { enabled: false } } }) },
  { id: "security.exposure.open_groups_with_runtime_or_fs", severity: "critical", bad: factsOf({ ...telegram({ groupPolicy: "open" }), tools: { allow: ["exec"] } }), good: factsOf({ ...telegram({ groupPolicy: "open" }), tools: { allow: ["exec"], deny: ["group:runtime"] } }) },
  { id: "security.exposure.open_groups_with_runtime_or_fs", severity: "warn", bad: factsOf({ ...telegram({ groupPolicy: "open" }), tools: { alsoAllow: ["read"] } }), good: factsOf({ ...telegram({ groupPolicy: "open" }), tools: { alsoAllow: ["sessions_list"] } }) },
  { id: "security.exposure.open_groups_with_runtime_or_fs", severity: "warn", bad: factsOf({ ...telegram({ groupPolicy: "open" }), ...POWER, agents: { defaults: { sandbox: { mode: "all" } } } }), good: factsOf({ ...telegram(), ...POWER }) },
  { id: "security.trust_model.multi_user_heuristic", severity: "warn", bad: factsOf(telegram({ dmPolicy: "open", groupPolicy: "open" })), good: factsOf(guests), says: /- channels\.telegram\.dmPolicy="open"/ },
  { id: "session.group_scope_main", severity: "warn", bad: factsOf({ session: { groupScope: "main" }, ...telegram() }), good: factsOf({ session: { groupScope: "main" }, ...telegram({ groupPolicy: "disabled" }) }) },
  { id: "session.group_scope_main", severity: "critical", bad: factsOf({ session: { groupScope: "main" }, ...telegram({ groupPolicy: "open" }) }), good: factsOf(telegram({ groupPolicy: "open" })) },
  { id: "summary.attack_surface", severity: "info", bad: factsOf(telegram({ groupPolicy: "open" })), good: factsOf({}, { config: { kind: "invalid", message: "m", cure: "c" } }), says: /groups: open=1, allowlist=0/ },
  { id: "config.unreadable", severity: "critical", bad: factsOf({}, { config: { kind: "invalid", message: "session.dmScope: expected", cure: "c" } }), good: factsOf() },
];

const SESSIONS: readonly Case[] = [
  { id: "session.identity_links.bare_id", severity: "warn", bad: factsOf({ session: { identityLinks: { Ann: ["42"] } } }), good: factsOf({ session: { identityLinks: { Ann: ["telegram:42"] } } }) },
  { id: "session.identity_links.conflict", severity: "warn", bad: factsOf({ session: { identityLinks: { Ann: ["telegram:42"], Bob: ["telegram:42"] } } }), good: factsOf({ session: { identityLinks: { Ann: ["telegram:42"], ann: ["telegram:42"], Bob: ["discord:42"] } } }), says: /is Ann .* and Bob/ },
  { id: "session.identity_links.conflict", severity: "warn", bad: factsOf({ session: { identityLinks: { "telegram:42:John": "John", Bob: ["telegram:42"] } } }), good: factsOf({ session: { identityLinks: { "matrix:@bob:hs.org": "John", Bob: ["matrix:@bob"] } } }) },
  { id: "session.identity_links.conflict", severity: "warn", bad: factsOf({ session: { identityLinks: { Ann: ["telegram:42"] } } }, { identities: [{ channel: "telegram", account: null, peer: "42", person: "Bob" }] }), good: factsOf({ session: { identityLinks: { Ann: ["telegram:42"] } } }, { identities: [{ channel: "telegram", account: null, peer: "42", person: "ann" }] }), says: /was linked to Bob/ },
  { id: "session.identity_links.unreachable", severity: "info", bad: factsOf({ session: { dmScope: "main", identityLinks: { Ann: ["telegram:7"] } }, ...telegram() }), good: factsOf({ session: { identityLinks: { Ann: ["telegram:7"] } }, ...telegram() }) },
  { id: "session.channel_dm_scope_mismatch", severity: "warn", bad: factsOf(telegram({ dmScope: "main" })), good: factsOf({ ...MAIN, ...telegram({ dmScope: "main" }) }) },
  { id: "session.channel_dm_scope_mismatch", severity: "info", bad: factsOf({ ...MAIN, ...telegram({ dmScope: "per-channel-peer" }) }), good: factsOf({ ...MAIN, ...telegram({ dmScope: "per-channel-peer", enabled: false }) }), says: /channels\.telegram\.dmScope="per-channel-peer"/ },
  {
    id: "session.channel_dm_scope_mismatch",
    severity: "warn",
    bad: factsOf({ ...telegram(), bindings: [{ agentId: "main", match: { channel: "telegram", peer: { kind: "dm", id: "9" } }, session: { dmScope: "main" } }] }),
    good: factsOf({ ...telegram(), bindings: [{ agentId: "main", match: { channel: "slack", peer: { kind: "dm", id: "9" } }, session: { dmScope: "main" } }] }),
    says: /bindings\[0\]/,
  },
  { id: "session.per_peer_shared_ids", severity: "warn", bad: factsOf({ session: { dmScope: "per-peer" }, ...two({}) }), good: factsOf({ session: { dmScope: "per-peer" }, ...telegram() }) },
  { id: "session.two_humans", severity: "critical", bad: shared(session("other", "Ann", null)), good: shared(session("other", "Ann", "ann")), says: /agent:main:x: Ann \(telegram:0\) and telegram:1/ },
  { id: "session.two_humans", severity: "warn", bad: shared(session("main", "me", "Bob")), good: shared(session("main", "me", "me")), says: /me \(telegram:0\) and Bob/ },
  { id: "session.two_humans", severity: "warn", bad: shared(session("per-peer", null, null)), good: shared(session("group", "Ann", "Bob")) },
  { id: "session.global_scope_multiuser", severity: "warn", bad: factsOf({ session: { scope: "global" }, ...guests }), good: factsOf({ session: { scope: "global" }, ...telegram() }) },
  { id: "session.global_scope_multiuser", severity: "warn", bad: factsOf({ session: { scope: "global" }, ...telegram({ groupAllowFrom: ["8"] }) }), good: factsOf({ session: { scope: "global" }, ...telegram({ groupAllowFrom: ["telegram:7"] }) }) },
  { id: "session.global_scope_multiuser", severity: "critical", bad: factsOf({ session: { scope: "global" }, ...telegram({ dmPolicy: "open" }) }), good: factsOf(telegram({ dmPolicy: "open" })) },
  { id: "memory.guests_reach_shared", severity: "warn", bad: factsOf({ memory: { scope: "agent" }, ...guests }), good: factsOf({ memory: { scope: "person" }, ...guests }) },
  { id: "tools.sessions.visibility_reaches_others", severity: "warn", bad: factsOf({ tools: { sessions: { visibility: "all" } }, ...guests }), good: factsOf({ tools: { sessions: { visibility: "tree" } }, ...guests }) },
  { id: "session.owner_unknown", severity: "info", bad: factsOf(guests), good: factsOf({ session: { owner: ["telegram:7"] }, ...guests }) },
  { id: "session.owner_unknown", severity: "info", bad: factsOf(guests, approvedBy("9")), good: factsOf(guests, { approved: [{ channel: "telegram", account: "default", senderId: "9", asOwner: true }] }) },
];

const FILES: readonly Case[] = [
  { id: "fs.state_dir.perms_world_writable", severity: "critical", bad: files(fileOf("state-dir", 0o777)), good: files(fileOf("state-dir", 0o700)), says: /\/s\/state-dir mode=777; consider restricting to 700\./ },
  { id: "fs.state_dir.perms_group_writable", severity: "warn", bad: files(fileOf("state-dir", 0o770)), good: files(fileOf("state-dir", 0o700)) },
  { id: "fs.state_dir.perms_readable", severity: "warn", bad: files(fileOf("state-dir", 0o755)), good: files(fileOf("state-dir", null)) },
  { id: "fs.state_dir.symlink", severity: "warn", bad: files(fileOf("state-dir", 0o700, { isSymlink: true })), good: files(fileOf("store", 0o600, { isSymlink: true })) },
  { id: "fs.config.perms_writable", severity: "critical", bad: files(fileOf("config", 0o620)), good: files(fileOf("config", 0o600)) },
  { id: "fs.config.perms_world_readable", severity: "critical", bad: files(fileOf("config", 0o644)), good: files(fileOf("config", 0o600)), says: /mode=644; config can contain tokens and private settings\./ },
  { id: "fs.config.perms_group_readable", severity: "warn", bad: files(fileOf("config", 0o640)), good: files(fileOf("config", 0o400)) },
  { id: "fs.config.symlink", severity: "warn", bad: files(fileOf("config", 0o600, { isSymlink: true })), good: files(fileOf("config", 0o600)) },
  { id: "fs.store.perms_writable", severity: "critical", bad: files(fileOf("store", 0o660)), good: files(fileOf("store", 0o600)) },
  { id: "fs.store.perms_readable", severity: "warn", bad: files(fileOf("store", 0o755, { isFolder: true })), good: files(fileOf("store", 0o700, { isFolder: true })) },
  { id: "fs.sessions_store.perms_readable", severity: "warn", bad: files(fileOf("sessions-index", 0o644)), good: files(fileOf("sessions-index", 0o600)) },
  { id: "fs.transcript.perms_readable", severity: "warn", bad: files(fileOf("transcript", 0o640)), good: files(fileOf("transcript", 0o600)) },
  { id: "fs.transcript.perms_readable", severity: "warn", bad: factsOf({}, { moreOpenTranscripts: 3 }), good: factsOf(), says: /^3 more/ },
  { id: "fs.log_file.perms_readable", severity: "warn", bad: files(fileOf("log", 0o604)), good: files(fileOf("log", 0o600)) },
  { id: "fs.secret.perms_writable", severity: "critical", bad: files(fileOf("secret", 0o602)), good: files(fileOf("secret", 0o600)) },
  { id: "fs.secret.perms_readable", severity: "critical", bad: files(fileOf("secret", 0o640)), good: files(fileOf("secret", 0o600)) },
  { id: "fs.credentials_dir.perms_writable", severity: "critical", bad: files(fileOf("credentials-dir", 0o770)), good: files(fileOf("credentials-dir", 0o700)) },
  { id: "fs.credentials_dir.perms_readable", severity: "warn", bad: files(fileOf("credentials-dir", 0o750)), good: files(fileOf("credentials-dir", 0o700)) },
  { id: "fs.synced_dir", severity: "warn", bad: factsOf({}, { stateDir: "/home/a/Dropbox/continuo" }), good: factsOf({}, { stateDir: "/home/a/.openclaw" }) },
];

const REACH: readonly Case[] = [
  { id: "gateway.bind_no_auth", severity: "critical", bad: gateway({ bind: "lan", auth: { mode: "none" } }), good: gateway({ bind: "lan" }) },
  { id: "gateway.bind_no_auth", severity: "critical", bad: gateway({ auth: { mode: "none" } }, { listening: "0.0.0.0" }), good: gateway({ auth: { mode: "none" } }, { listening: "127.0.0.1" }), says: /listens on 0\.0\.0\.0/ },
  { id: "gateway.loopback_no_auth", severity: "critical", bad: gateway({ auth: { mode: "none" } }), good: gateway({ auth: {} }) },
  { id: "gateway.token_too_short", severity: "warn", bad: gateway({ auth: { token: "s".repeat(23) } }), good: gateway({ auth: { token: "s".repeat(24) } }) },
  { id: "gateway.password_too_short", severity: "warn", bad: gateway({ auth: { password: "pw" } }), good: gateway({ auth: { mode: "token", token: TOKEN, password: "pw" } }) },
  { id: "gateway.auth_no_rate_limit", severity: "warn", bad: gateway({ bind: "custom", customBindHost: "10.0.0.2" }), good: gateway({ bind: "custom", customBindHost: "127.0.0.1" }) },
  { id: "gateway.auth_no_rate_limit", severity: "warn", bad: gateway({ bind: "lan" }), good: gateway({ bind: "lan", auth: { token: TOKEN, rateLimit: { maxAttempts: 5 } } }) },
  { id: "gateway.http.no_auth", severity: "warn", bad: gateway({ auth: { mode: "none" }, http: { endpoints: { chatCompletions: { enabled: true } } } }), good: gateway({ auth: { mode: "none" } }) },
  { id: "gateway.http.no_auth", severity: "critical", bad: gateway({ bind: "lan", auth: { mode: "none" }, http: { endpoints: { responses: { enabled: true } } } }), good: gateway({ bind: "lan", http: { endpoints: { responses: { enabled: true } } } }) },
  { id: "gateway.http.session_key_override_enabled", severity: "info", bad: gateway({ http: { endpoints: { chatCompletions: { enabled: true } } } }), good: gateway({}) },
  { id: "gateway.tools_invoke_http.dangerous_allow", severity: "warn", bad: gateway({ tools: { allow: ["exec"] } }), good: gateway({ tools: { allow: ["session_status"] } }) },
  { id: "gateway.tools_invoke_http.dangerous_allow", severity: "critical", bad: gateway({ bind: "lan", tools: { allow: ["group:fs"] } }), good: gateway({ bind: "lan", tools: { allow: ["exec"], deny: ["exec"] } }) },
  { id: "gateway.control_ui.allowed_origins_wildcard", severity: "warn", bad: gateway({ controlUi: { allowedOrigins: ["*"] } }), good: gateway({ controlUi: { allowedOrigins: ["https://a.example"] } }) },
  { id: "gateway.control_ui.allowed_origins_wildcard", severity: "critical", bad: gateway({ bind: "lan", controlUi: { allowedOrigins: ["*"] } }), good: gateway({ bind: "lan" }) },
  { id: "logging.redact_off", severity: "warn", bad: factsOf({ logging: { redactSensitive: "off" } }), good: factsOf() },
  { id: "hooks.default_session_key_unset", severity: "warn", bad: hooks({ defaultSessionKey: undefined }), good: hooks({}) },
  { id: "hooks.allowed_agent_ids_unrestricted", severity: "warn", bad: hooks({ allowedAgentIds: undefined }), good: hooks({}) },
  { id: "hooks.allowed_agent_ids_unrestricted", severity: "critical", bad: hooks({ allowedAgentIds: ["*"] }, LAN), good: hooks({ enabled: false, allowedAgentIds: ["*"] }) },
  { id: "hooks.request_session_key_enabled", severity: "warn", bad: hooks({ allowRequestSessionKey: true }), good: hooks({}) },
  { id: "hooks.request_session_key_prefixes_missing", severity: "warn", bad: hooks({ allowRequestSessionKey: true }), good: hooks({ allowRequestSessionKey: true, allowedSessionKeyPrefixes: ["hook:"] }) },
  { id: "hooks.request_session_key_enabled", severity: "critical", bad: hooks({ allowRequestSessionKey: true }, LAN), good: hooks({}, LAN) },
  { id: "hooks.request_session_key_prefixes_missing", severity: "critical", bad: hooks({ allowRequestSessionKey: true }, LAN), good: hooks({ allowRequestSessionKey: true, allowedSessionKeyPrefixes: ["hook:"] }, LAN) },
  { id: "hooks.token_too_short", severity: "warn", bad: hooks({ token: "short" }), good: hooks({ token: "${HOOKS_TOKEN}" }) },
  { id: "hooks.token_reuse_gateway_token", severity: "critical", bad: hooks({ token: TOKEN }), good: hooks({}) },
  { id: "hooks.path_root", severity: "critical", bad: hooks({ path: "/" }), good: hooks({}) },
];

const CASES = [...ACCESS, ...SESSIONS, ...FILES, ...REACH];

function found(facts: Given, id: string): readonly Finding[] {
  return auditSecurity(facts).findings.filter(({ checkId }) => checkId === id);
}

for (const [index, { id, severity, bad, good, says }] of CASES.entries()) {
  test(`security audit ${index + 1}: ${id} is ${severity} where it applies, and silent where it does not`, () => {
    const [finding] = found(bad, id);
    assert.equal(finding?.severity, severity);
    if (says) assert.match(finding?.detail ?? "", says);
    assert.deepEqual(found(good, id), []);
  });
}

test("every check is tried with each of its severities, and docs/security.md lists exactly these", () => {
  const plain = (id: string): string => id.replace(/^channels\.[^.]+\./, "channels.<name>.");
  const tried = new Map<string, Set<string>>();
  for (const { id, severity } of CASES) tried.set(plain(id), (tried.get(plain(id)) ?? new Set()).add(severity));
  const page = readFileSync(new URL("../../../docs/security.md", import.meta.url), "utf8");
  const listed = new Map([...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)].map(([, id, severities]) => [id, new Set(severities?.trim().split(/,\s*/))]));
  listed.delete("gateway.probe_failed"); // found by the command line, with --deep
  assert.deepEqual(Object.fromEntries([...listed].toSorted()), Object.fromEntries([...tried].toSorted()));
});

test("an account's own settings are judged by themselves, and named by their own path", () => {
  const accounts = { home: { allowFrom: ["7"] }, work: { dmPolicy: "open", allowFrom: ["*"], groupPolicy: "open", dmScope: "main" }, off: { enabled: false, dmPolicy: "open" } };
  const ids = auditSecurity(factsOf({ channels: { telegram: { accounts } } })).findings.map(({ checkId }) => checkId);
  const perAccount = ids.filter((id) => id.startsWith("channels."));
  const at = "channels.telegram.accounts.work";
  assert.deepEqual(perAccount, [`${at}.dm.open`, `${at}.groups.allowFrom.missing`, `${at}.dm.scope_main_multiuser`]);
});

test("a setting that several accounts inherit is reported once, by the channel's path", () => {
  const channel = { dmPolicy: "open", allowFrom: ["*"], accounts: { a: { botToken: "1:a" }, b: { botToken: "2:b" } } };
  assert.equal(found(factsOf({ channels: { telegram: channel } }), "channels.telegram.dm.open").length, 1);
});

test("an install as the first start leaves it, with one owner on one channel, has nothing to change", () => {
  const { summary, findings } = auditSecurity(factsOf(telegram(), { files: [fileOf("state-dir", 0o700), fileOf("config", 0o600), fileOf("store", 0o600)] }));
  assert.deepEqual(summary, { critical: 0, warn: 0, info: 1 });
  assert.deepEqual(findings.map(({ checkId }) => checkId), ["summary.attack_surface"]);
});

test("the worst comes first, the counts are those of the list, and asking twice gives the same", () => {
  const facts = factsOf({ ...MAIN, ...telegram({ dmPolicy: "open", groupPolicy: "open" }) }, { files: [fileOf("config", 0o644)] });
  const report = auditSecurity(facts);
  const order = report.findings.map(({ severity }) => ["critical", "warn", "info"].indexOf(severity));
  assert.deepEqual(order, order.toSorted());
  assert.equal(report.findings.length, report.summary.critical + report.summary.warn + report.summary.info);
  assert.deepEqual(auditSecurity(facts), report);
});

test("no finding holds a secret, whatever is wrong", () => {
  const secrets = { gateway: "sekret-gw", telegram: "1:sekret-bot", discord: "sekret-discord" };
  const facts = factsOf({
    gateway: { bind: "lan", auth: { token: secrets.gateway }, controlUi: { allowedOrigins: ["*"] }, tools: { allow: ["exec"] } },
    hooks: { enabled: true, token: secrets.gateway, allowRequestSessionKey: true },
    channels: { telegram: { botToken: secrets.telegram, dmPolicy: "open", groupPolicy: "open", dmScope: "main" }, discord: { token: secrets.discord, allowFrom: ["*"] } },
    tools: { profile: "full", elevated: { enabled: true } },
    logging: { redactSensitive: "off" },
  });
  const text = JSON.stringify(auditSecurity(facts));
  assert.ok(auditSecurity(facts).findings.length > 12);
  assert.doesNotMatch(text, /sekret/);
});

test("every finding says what to do, but for those that only inform", () => {
  for (const { id, bad } of CASES) {
    for (const { checkId, severity, remediation } of found(bad, id)) {
      if (severity !== "info" && !checkId.endsWith(".symlink")) assert.ok(remediation, checkId);
    }
  }
});
