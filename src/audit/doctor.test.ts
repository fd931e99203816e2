import assert from "node:assert/strict";
import { test } from "node:test";
import { configSchema, type Config } from "../config/schema.ts";
import { diagnose, type Check, type DoctorFacts, type MediaFacts, type StoreFacts } from "./doctor.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

function factsOf(config: object, changes: Partial<DoctorFacts> = {}): DoctorFacts {
  const whole = configSchema.parse({ gateway: { auth: { token: TOKEN } }, ...config }) as Config;
  return {
    version: "1.0.0",
    nodeVersion: "24.0.0",
    config: { kind: "valid", config: whole, warnings: [] },
    configFile: { path: "/s/openclaw.json", exists: true, writable: true, mode: 0o600 },
    stateDir: { path: "/s", exists: true, writable: true, mode: 0o700 },
    gateway: { kind: "reachable", url: "ws://127.0.0.1:18789", version: "1.0.0", channels: [], store: null },
    env: {},
    owned: [],
    ...changes,
  };
}

function channelChecks(config: object, changes: Partial<DoctorFacts> = {}): Check[] {
  return diagnose(factsOf(config, changes)).checks.filter(({ id }) => id.startsWith("channel."));
}

test("a channel where the owner is known by its one allowed id is a tick; one where nobody is known is a cross with a fix", () => {
  const [telegram, discord] = channelChecks({ channels: { telegram: { botToken: "1:a", allowFrom: ["7"] }, discord: { token: "x" } } });
  assert.deepEqual([telegram?.state, telegram?.fix], ["ok", null]);
  assert.equal(discord?.state, "cross");
  assert.match(discord?.fix ?? "", /set channels\.discord\.allowFrom to your own id, or add "discord:<your id>" to session\.owner/);
});

test("an explicit scope names the setting that keeps the channel apart", () => {
  const [slack] = channelChecks({ channels: { slack: { allowFrom: ["U1"], dmScope: "per-channel-peer" } } });
  assert.equal(slack?.state, "cross");
  assert.match(slack?.text ?? "", /channels\.slack\.dmScope is "per-channel-peer"/);
  assert.match(slack?.fix ?? "", /^Take channels\.slack\.dmScope out/);
});

test("every account of a channel is judged by itself, and a channel that is off by nothing", () => {
  const checks = channelChecks({
    channels: { telegram: { accounts: { home: { allowFrom: ["7"] }, work: { allowFrom: ["*"] } } }, discord: { enabled: false, token: "x" } },
  });
  assert.deepEqual(checks.map(({ id, state }) => [id, state]), [["channel.telegram.home", "ok"], ["channel.telegram.work", "cross"]]);
});

test("session.owner makes the owner known without allowFrom, and dmScope main shares with everybody", () => {
  assert.deepEqual(channelChecks({ session: { owner: ["telegram:7"] }, channels: { telegram: { botToken: "1:a" } } }).map(({ state }) => state), ["ok"]);
  assert.deepEqual(channelChecks({ session: { dmScope: "main" }, channels: { telegram: { botToken: "1:a" } } }).map(({ state }) => state), ["ok"]);
});

test("a configuration that is not valid is one cross, and the rest of the install is still judged", () => {
  const diagnosis = diagnose(factsOf({}, { config: { kind: "invalid", message: "session.dmScope: expected ...", cure: "Correct it." }, gateway: { kind: "stopped" } }));
  assert.equal(diagnosis.ok, false);
  assert.equal(diagnosis.unified, false);
  assert.deepEqual(diagnosis.checks.filter(({ state }) => state === "cross").map(({ id, fix }) => [id, fix]), [["config", "Correct it."], ["reachable", "continuo gateway start"]]);
});

test("a token that can be guessed, a file that others can read, and a channel that failed are crosses", () => {
  const gateway = { kind: "reachable", url: "ws://x", version: "1.0.0", channels: [{ name: "telegram", account: "default", state: "failed", detail: "401" }], store: null } as const;
  const configFile = { path: "/s/openclaw.json", exists: true, writable: true, mode: 0o644 };
  const diagnosis = diagnose(factsOf({ gateway: { auth: { token: "short" } }, channels: { telegram: { botToken: "1:a", allowFrom: ["7"] } } }, { gateway, configFile }));
  assert.deepEqual(diagnosis.checks.filter(({ state }) => state === "cross").map(({ id }) => id).toSorted(), ["channel.telegram.default.connection", "config.mode", "token"]);
  assert.equal(diagnosis.unified, true);
});

test("what the gateway found out about its database is said, and damage is a cross with its cure", () => {
  const store: StoreFacts = { journalBytes: 4_000_000, check: "ok", done: 9, total: 9, problem: null };
  const told = (change: Partial<StoreFacts>) => {
    const gateway = { kind: "reachable", url: "ws://x", version: "1.0.0", channels: [], store: { ...store, ...change } } as const;
    return diagnose(factsOf({}, { gateway })).checks.filter(({ id }) => id.startsWith("store")).map(({ state, text }) => `${state}: ${text}`);
  };
  assert.deepEqual(told({}), ["ok: every page of the database is sound", "ok: the database's journal is small (4.0 MB)"]);
  assert.deepEqual(told({ check: "running", done: 3 })[0], "notice: the database is being checked (3 of 9 tables), well so far");
  assert.deepEqual(told({ check: "damaged", problem: "entries: bad page" })[0], "cross: the database is damaged: entries: bad page");
  assert.deepEqual(told({ check: "ok", problem: "bad page" })[0], "cross: the database is damaged: bad page");
  assert.match(told({ journalBytes: 80_000_000 })[1] ?? "", /^notice: the database's journal has 80\.0 MB/);
});

test("files that came with messages and cannot be found are a cross; what goes by itself is none", () => {
  const told = (media: MediaFacts | null): (string | undefined)[] => {
    const gateway = { kind: "reachable", url: "ws://127.0.0.1:1", version: "1", channels: [], store: null, media } as const;
    return diagnose(factsOf({}, { gateway })).checks.filter(({ id }) => id === "media").map(({ state, text }) => `${state}: ${text}`);
  };
  assert.deepEqual(told(null), []);
  assert.deepEqual(told({ kept: 12, missing: 0, strays: 0 }), ["ok: 12 files that came with messages are all there"]);
  assert.deepEqual(told({ kept: 1, missing: 0, strays: 1 }), ["ok: 1 file that came with messages is there; 1 file of messages that never came in goes by itself"]);
  assert.deepEqual(told({ kept: 12, missing: 2, strays: 0 }), ["cross: 2 files of 12 that came with messages cannot be found"]);
});

test("a job that failed when it ran last is said, with where to read why, and is no fault of the install", () => {
  const jobs = [{ id: "j1", name: "Brief", times: 3, lastError: "MODEL_TIMEOUT: silent" }];
  const diagnosis = diagnose(factsOf({}, { gateway: { kind: "reachable", url: "ws://x", version: "1.0.0", channels: [], store: null, jobs } }));
  const [told, ...others] = diagnosis.checks.filter(({ id }) => id.startsWith("job."));
  assert.deepEqual(others, []);
  assert.deepEqual([told?.state, told?.text], ["notice", 'the job "Brief" failed 3 times in a row: MODEL_TIMEOUT: silent']);
  assert.match(told?.fix ?? "", /continuo cron runs j1/);
});
