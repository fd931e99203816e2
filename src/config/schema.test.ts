import assert from "node:assert/strict";
import { test } from "node:test";
import { ContinuoError } from "../domain/errors.ts";
import { parseConfig } from "./load.ts";
import { valueAt, type ValuePath } from "./value-path.ts";

function build(path: ValuePath, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, segment) => (typeof segment === "number" ? [inner] : { [segment]: inner }), value);
}

function at(text: string): ValuePath {
  return text.split(".").map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment));
}

function refusal(tree: unknown): ContinuoError {
  try {
    parseConfig(tree, "openclaw.json");
  } catch (error) {
    assert.ok(error instanceof ContinuoError);
    return error;
  }
  return assert.fail("the configuration was accepted");
}

const DAY = 86_400_000;

const ACCEPTED: readonly [path: string, value: unknown, read: unknown][] = [
  ["session.dmScope", "auto", "auto"],
  ["session.dmScope", "per-account-channel-peer", "per-account-channel-peer"],
  ["session.scope", "global", "global"],
  ["session.mainKey", "  Home ", "home"],
  ["session.mainKey", "   ", "main"],
  ["session.owner", "John", ["John"]],
  ["session.owner", ["telegram:1", " "], ["telegram:1"]],
  ["session.mirror", false, false],
  ["session.groupScope", "main", "main"],
  ["session.resetTriggers", [], ["/new", "/reset"]],
  ["session.resetTriggers", ["/fresh"], ["/fresh"]],
  ["session.reset.atHour", 0, 0],
  ["session.reset.mode", "none", "none"],
  ["session.maintenance.pruneAfter", 7, 7 * DAY],
  ["session.maintenance.pruneAfter", "12h", DAY / 2],
  ["session.maintenance.resetArchiveRetention", false, false],
  ["session.maintenance.maxDiskBytes", "1gb", 1024 ** 3],
  ["session.agentToAgent.maxPingPongTurns", 0, 0],
  ["session.parentForkMaxTokens", 0, 0],
  ["session.typingMode", "never", "never"],
  ["agents.defaults.model", "openai/gpt-5.2", { primary: "openai/gpt-5.2", fallbacks: [] }],
  ["agents.defaults.model", { primary: "a/b", fallbacks: ["c/d"] }, { primary: "a/b", fallbacks: ["c/d"] }],
  ["agents.defaults.heartbeat.every", 15, 900_000],
  ["agents.defaults.compaction.reserveTokensFloor", 0, 0],
  ["agents.list.0.id", "My Agent!", "my-agent"],
  ["agents.list.0.id", "   ", "main"],
  ["channels.telegram.streaming", true, "partial"],
  ["channels.telegram.streaming", false, "off"],
  ["channels.telegram.streaming", "block", "partial"],
  ["channels.telegram.streaming", { mode: "off" }, "off"],
  ["channels.telegram.allowFrom", [1, " 2 "], ["1", "2"]],
  ["channels.telegram.dmScope", "main", "main"],
  ["channels.telegram.routing", [{ agent: "main" }], [{ agent: "main" }]],
  ["channels.telegram.botToken", "  ", undefined],
  ["channels.crabcallr.fillers", { idle: 3 }, { idle: 3 }],
  ["messages.queue.mode", "queue", "steer"],
  ["messages.queue.mode", "steer+backlog", "steer-backlog"],
  ["models.providers.x.api", "something-new", "something-new"],
  ["gateway.port", 0, 0],
  ["gateway.bind", "lan", "lan"],
  ["gateway.auth.token", "", undefined],
  ["cron.sessionRetention", 48, 2 * DAY],
  ["cron.sessionRetention", false, false],
  ["outbox.onUnknown", "resend", "resend"],
  ["outbox.retry.first", "2s", 2_000],
  ["outbox.retry.longest", 250, 250],
  ["turns.maxAttempts", 1, 1],
  ["messages.dedupeWindow", 2, 2 * DAY],
  ["plugins.entries.x.config", { a: 1 }, { a: 1 }],
];

for (const [path, value, read] of ACCEPTED) {
  test(`${path}: ${JSON.stringify(value)} is read as ${JSON.stringify(read)}`, () => {
    assert.deepEqual(valueAt(parseConfig(build(at(path), value), "f").config, at(path)), read);
  });
}

const REFUSED: readonly [path: string, value: unknown, line: RegExp][] = [
  ["session.dmScope", 5, /^session\.dmScope: expected one of "auto", "main", "per-peer", "per-channel-peer", "per-account-channel-peer" but got a number \(5\)\. Fix: for example "dmScope": "auto"/m],
  ["session.dmScope", "per-chanel-peer", /Fix: did you mean "per-channel-peer"\.$/m],
  ["session.dmScop", "main", /^session\.dmScop: unknown setting\. Fix: did you mean "dmScope"\.$/m],
  ["session.zzz", 1, /^session\.zzz: unknown setting\. Fix: take it out; known here: scope, dmScope, /m],
  ["session.reset.atHour", 24, /^session\.reset\.atHour: expected a whole number from 0 to 23 but got a number \(24\)/m],
  ["session.reset.atHour", 1.5, /expected a whole number from 0 to 23 but got a number \(1\.5\)/m],
  ["session.resetByType.group.idleMinutes", 0, /^session\.resetByType\.group\.idleMinutes: expected a whole number, 1 or more but got a number \(0\)/m],
  ["session.resetByChannel.telegram.mode", "weekly", /^session\.resetByChannel\.telegram\.mode: expected one of "daily", "idle", "none"/m],
  ["session.idleMinutes", -1, /^session\.idleMinutes: expected a whole number, 1 or more/m],
  ["session.agentToAgent.maxPingPongTurns", 6, /whole number from 0 to 5 but got a number \(6\)/m],
  ["session.maintenance.pruneAfter", "3 weeks", /^session\.maintenance\.pruneAfter: invalid duration \(use ms, s, m, h, d\) but got a string \("3 weeks"\)/m],
  ["session.maintenance.resetArchiveRetention", "x", /invalid duration \(use ms, s, m, h, d\)/m],
  ["session.maintenance.resetArchiveRetention", true, /expected false but got a boolean \(true\)/m],
  ["session.maintenance.maxDiskBytes", "1xb", /^session\.maintenance\.maxDiskBytes: invalid size \(use b, kb, mb, gb, tb\) but got a string \("1xb"\)/m],
  ["session.maintenance.maxEntries", 0, /maxEntries: expected a whole number, 1 or more/m],
  ["session.identityLinks.alice", 7, /^session\.identityLinks\.alice: expected a string or a list but got a number \(7\)/m],
  ["session.identityLinks.alice", { a: 1 }, /^session\.identityLinks\.alice: expected a string or a list but got an object/m],
  ["session.owner", 7, /^session\.owner: expected a string or a list but got a number \(7\)/m],
  ["session.threadBindings.idleHours", -1, /^session\.threadBindings\.idleHours: /m],
  ["session.sendPolicy.rules.0.action", "maybe", /^session\.sendPolicy\.rules\[0\]\.action: expected one of "allow", "deny"/m],
  ["agents.defaults.model", 4, /^agents\.defaults\.model: expected a string or an object but got a number \(4\)/m],
  ["agents.defaults.model.primary", 4, /^agents\.defaults\.model\.primary: expected a string but got a number \(4\)/m],
  ["agents.list.0.name", "x", /^agents\.list\[0\]\.id: expected a string but got nothing\. Fix: add it, for example "id": "main"\.$/m],
  ["bindings.0.agentId", "x", /^bindings\[0\]\.match: expected an object but got nothing/m],
  ["bindings.0.agent", "x", /^bindings\[0\]\.agent: unknown setting\. Fix: did you mean "agentId"\.$/m],
  ["channels.telegram.dmPolicy", "opn", /^channels\.telegram\.dmPolicy: expected one of "pairing", "allowlist", "open", "disabled"/m],
  ["channels.telegram.dmPolicy", "allowlist", /channels\.telegram\.dmPolicy="allowlist" requires channels\.telegram\.allowFrom to contain at least one sender ID/m],
  ["channels.telegram.accounts.work.dmPolicy", "allowlist", /channels\.telegram\.accounts\.work\.dmPolicy="allowlist" requires channels\.telegram\.accounts\.work\.allowFrom to contain at least one sender ID/m],
  // oxlint-disable-next-line no-loss-of-precision
  ["channels.discord.allowFrom", [123456789012345678], /^channels\.discord\.allowFrom\[0\]: this number is too large to be kept exactly .*Fix: put the id in quotes/m],
  ["channels.telegram.streaming", "partal", /^channels\.telegram\.streaming: expected one of .*did you mean "partial"/m],
  ["channels.telegram.apiRoot", "ftp://x", /^channels\.telegram\.apiRoot: expected a URL that begins with http:\/\/ or https:\/\//m],
  ["channels.telegram.accounts.a", 5, /^channels\.telegram\.accounts\.a: expected an object but got a number \(5\)/m],
  ["tools.sessions.visibility", "everyone", /^tools\.sessions\.visibility: expected one of "self", "tree", "agent", "all"/m],
  ["tools.sessions.visible", "all", /^tools\.sessions\.visible: unknown setting/m],
  ["messages.queue.cap", 0, /^messages\.queue\.cap: expected a whole number, 1 or more/m],
  ["models.providers.x.models.0.contextWindow", "128k", /^models\.providers\.x\.models\[0\]\.contextWindow: expected a whole number, 1 or more but got a string/m],
  ["gateway.port", 70_000, /^gateway\.port: expected a whole number from 0 to 65535 but got a number \(70000\)/m],
  ["gateway.prot", 1, /^gateway\.prot: unknown setting\. Fix: did you mean "port"\.$/m],
  ["gateway.auth.tokn", "x", /^gateway\.auth\.tokn: unknown setting\. Fix: did you mean "token"\.$/m],
  ["gateway", null, /^gateway: expected an object but got null/m],
  ["cron.sessionRetention", "x", /^cron\.sessionRetention: invalid duration \(use ms, s, m, h, d\)/m],
  ["cron.runLog.maxBytes", "2 mb", /^cron\.runLog\.maxBytes: invalid size \(use b, kb, mb, gb, tb\)/m],
  ["cron.retry.maxAttempts", 11, /^cron\.retry\.maxAttempts: expected a whole number from 0 to 10/m],
  ["hooks.enabled", true, /^hooks\.token: hooks\.enabled requires hooks\.token/m],
  ["hooks", { enabled: true, token: "t", path: "/" }, /^hooks\.path: hooks\.path may not be '\/'/m],
  ["hooks", { enabled: true, token: "t", allowedSessionKeyPrefixes: ["x:"] }, /hooks\.allowedSessionKeyPrefixes must include 'hook:' when hooks\.defaultSessionKey is unset/m],
  ["hooks", { enabled: true, token: "t", allowedSessionKeyPrefixes: ["x:"], defaultSessionKey: "y:1" }, /hooks\.defaultSessionKey must match hooks\.allowedSessionKeyPrefixes/m],
  ["store.uri", "x", /^store\.uri: unknown setting\. Fix: did you mean "url"\.$/m],
  ["outbox.retry.attempts", 0, /^outbox\.retry\.attempts: /m],
  ["outbox.retry.jitter", 2, /^outbox\.retry\.jitter: /m],
  ["turns.maxAttempt", 3, /^turns\.maxAttempt: unknown setting/m],
  ["outbox.onUnknown", "retry", /^outbox\.onUnknown: expected one of "hold", "resend"/m],
  ["agents.list", [{ id: "a" }, { id: "A" }], /^agents\.list\[1\]\.id: "a" is the same agent as agents\.list\[0\]/m],
];

for (const [path, value, line] of REFUSED) {
  test(`${path}: ${JSON.stringify(value)} is refused, naming path, type and fix`, () => {
    const error = refusal(build(at(path), value));
    assert.equal(error.code, "CONFIG_INVALID");
    assert.match(error.message, line);
    assert.match(error.message, /Fix: /);
  });
}

test("every problem of a file is named at once, each on its own line", () => {
  const { message, fields } = refusal({ session: { dmScope: 1, nope: 2 }, gateway: { port: "x" }, cron: 3 });
  assert.deepEqual(fields["paths"], ["session.dmScope", "session.nope", "gateway.port", "cron"]);
  assert.equal(message.split("\n").length, 5);
});

test("an error names the type of a secret but never its value", () => {
  const tree = { gateway: { auth: { token: 918_273_645 } }, channels: { telegram: { botToken: 777_666 } }, models: { providers: { x: { apiKey: ["k-1"] } } } };
  const { message, fields } = refusal(tree);
  assert.match(message, /gateway\.auth\.token: expected a string but got a number \(secret\)/);
  assert.doesNotMatch(message + JSON.stringify(fields), /918273645|777666|k-1/);
});

test("unset settings take the decided defaults", () => {
  const { config, warnings } = parseConfig({}, "f");
  assert.deepEqual(warnings, []);
  assert.equal(config.session.dmScope, "auto");
  assert.equal(config.session.mirror, true);
  assert.equal(config.session.reset, undefined);
  assert.deepEqual(
    { ...config.session.maintenance },
    { mode: "warn", maxEntries: 500, pruneAfter: 30 * DAY, pruneAfterByKind: {}, resetArchiveRetention: 30 * DAY, trashRetention: 30 * DAY, rotateBytes: 10 * 1024 ** 2, highWaterBytes: undefined },
  );
  assert.deepEqual({ ...config.messages.queue, byChannel: 0, debounceMsByChannel: 0 }, { mode: "collect", debounceMs: 500, cap: 20, drop: "summarize", byChannel: 0, debounceMsByChannel: 0 });
  assert.deepEqual(config.agents.defaults.model, { primary: "continuo/recall", fallbacks: [] });
  assert.equal(config.agents.defaults.timeoutSeconds, 600);
  assert.equal(config.agents.defaults.compaction.reserveTokensFloor, 20_000);
  assert.equal(config.agents.defaults.compaction.memoryFlush.softThresholdTokens, 4000);
  assert.equal(config.tools.sessions.visibility, "tree");
  assert.equal(config.gateway.port, 18_789);
  assert.equal(config.gateway.http.endpoints.chatCompletions.enabled, false);
  assert.equal(config.gateway.handshakeTimeoutMs, 15_000);
  assert.equal(config.outbox.onUnknown, "hold");
  assert.deepEqual({ ...config.outbox.retry }, { attempts: 10, first: 1_000, longest: 300_000, jitter: 0.2 });
  assert.equal(config.turns.maxAttempts, 3);
  assert.equal(config.cron.sessionRetention, DAY);
  assert.equal(config.hooks.maxBodyBytes, 262_144);
});

test("pruneDays counts only where pruneAfter is unset, and archives follow", () => {
  const read = (maintenance: object) => parseConfig({ session: { maintenance } }, "f").config.session.maintenance;
  assert.equal(read({ pruneDays: 3 }).pruneAfter, 3 * DAY);
  assert.equal(read({ pruneDays: 3 }).resetArchiveRetention, 3 * DAY);
  assert.equal(read({ pruneDays: 3, pruneAfter: "1d" }).pruneAfter, DAY);
});

test("the high-water mark is 80 % of the budget and never above it", () => {
  const read = (maintenance: object) => parseConfig({ session: { maintenance } }, "f").config.session.maintenance.highWaterBytes;
  assert.equal(read({ maxDiskBytes: 1000 }), 800);
  assert.equal(read({ maxDiskBytes: 1000, highWaterBytes: 5000 }), 1000);
  assert.equal(read({ maxDiskBytes: 1 }), 1);
  assert.equal(read({}), undefined);
});

test("resetByType.dm is read as direct, and direct wins", () => {
  const read = (resetByType: object) => parseConfig({ session: { resetByType } }, "f").config.session.resetByType?.direct;
  assert.deepEqual(read({ dm: { mode: "idle" } }), { mode: "idle" });
  assert.deepEqual(read({ dm: { mode: "idle" }, direct: { mode: "daily" } }), { mode: "daily" });
});

test('dmPolicy "open" without "*" starts, with a warning that says so', () => {
  const { config, warnings } = parseConfig({ channels: { telegram: { dmPolicy: "open" } } }, "f");
  assert.equal(config.channels["telegram"]?.dmPolicy, "open");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /^channels\.telegram\.dmPolicy="open" requires channels\.telegram\.allowFrom to include "\*"/);
  assert.deepEqual(parseConfig({ channels: { telegram: { dmPolicy: "open", allowFrom: ["*"] } } }, "f").warnings, []);
});

test("an allowlist that the channel gives its account is enough, and a channel that is off is not judged", () => {
  parseConfig({ channels: { telegram: { allowFrom: [1], accounts: { work: { dmPolicy: "allowlist" } } } } }, "f");
  parseConfig({ channels: { telegram: { enabled: false, dmPolicy: "allowlist" } } }, "f");
});

const WARNED: readonly [path: string, value: unknown, line: RegExp][] = [
  ["sesion", {}, /^sesion: unknown section, not used\. Fix: did you mean "session"\.$/],
  ["channels.telegram.allowFrm", [1], /^channels\.telegram\.allowFrm: unknown setting, not used\. Fix: did you mean "allowFrom"\.$/],
  ["channels.telegram.accounts.a.dmPolcy", "open", /did you mean "dmPolicy"/],
  ["models.providers.x.api", "telepathy", /^models\.providers\.x\.api: "telepathy" is not spoken by this version/],
];

for (const [path, value, line] of WARNED) {
  test(`${path}: ${JSON.stringify(value)} loads with a warning`, () => {
    const { warnings } = parseConfig(build(at(path), value), "f");
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", line);
  });
}

test("a binding to an agent that is not there loads with a warning", () => {
  const { warnings } = parseConfig({ agents: { list: [{ id: "a" }] }, bindings: [{ agentId: "b", match: { channel: "telegram" } }] }, "f");
  assert.match(warnings.join(), /^bindings\[0\]\.agentId: there is no agent "b"/);
});

test("the settings are frozen all the way down", () => {
  const { config } = parseConfig({ channels: { telegram: { allowFrom: [1] } } }, "f");
  assert.ok(Object.isFrozen(config.channels["telegram"]?.allowFrom));
  assert.throws(() => Object.assign(config.session, { dmScope: "main" }), TypeError);
});

test("a name from outside finds nothing that the file does not hold", () => {
  const { config } = parseConfig({ channels: { telegram: { groups: {}, accounts: { a: {} } } } }, "f");
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assert.equal(config.channels[name], undefined);
    assert.equal(config.channels["telegram"]?.groups?.[name], undefined);
    assert.equal(config.channels["telegram"]?.accounts?.[name], undefined);
    assert.equal(config.session.resetByChannel[name], undefined);
    assert.equal(config.session.identityLinks[name], undefined);
    assert.equal(config.messages.queue.byChannel[name], undefined);
    assert.equal(config.models.providers[name], undefined);
  }
});
