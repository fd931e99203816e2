import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createIds } from "../../domain/ids.ts";
import { removeStateDir, rowsIn, scriptIn, storeIn } from "../../../test/store/database.ts";
import { ENGINE } from "../../../test/store/engine.ts";
import type { Store } from "../../store/store.ts";
import { listTrash } from "../../store/statements/list-trash.ts";
import { cleanUp, createSteps, deleteSession, previewCleanup, restoreSession } from "./index.ts";
import { bytesTarget, isCronRun, reasonToRemove, SWEEPS, type Limits } from "./plan.ts";

const DAY = 24 * 3_600_000;
const NOW = 1_000 * DAY;
const MB = 1_000_000;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const LIMITS: Limits = { pruneAfter: 30 * DAY, pruneAfterByKind: {}, maxEntries: 500, trashRetention: 30 * DAY, maxDiskBytes: null, highWaterBytes: null, cronRetention: DAY };

interface Group {
  readonly prefix: string;
  readonly count: number;
  readonly each: number;
  readonly daysAgo: number;
  readonly text?: string;
}

interface House {
  readonly store: Store;
  clock: { time: number; now(): number };
  /** Rows that the widest transaction wrote. */
  widest(): number;
  fill(group: Group): Promise<void>;
  sql(text: string): Promise<void>;
  /** Steps until there is nothing to do; `most` leaves it in the middle. */
  pass(limits?: Partial<Limits>, mode?: "warn" | "enforce", most?: number): Promise<number>;
  count(table: string, where?: string): Promise<number>;
  keys(): Promise<string[]>;
  /** What is kept of texts, in the conversations and in the trash. */
  bytes(): Promise<number>;
  dump(): Promise<unknown>;
}

/** Past the store, by the engine itself. */
function filling({ prefix, count, each, daysAgo, text = "What I said was this, and no more." }: Group): string {
  const numbers = (name: string, n: number): string => `with recursive ${name}(i) as (select 1 union all select i + 1 from ${name} where i < ${n})`;
  const at = `${NOW - daysAgo * DAY} - n.i`;
  const key = `'${prefix}' || cast(n.i as text)`;
  const id = `'id-${prefix}-' || cast(n.i as text)`;
  return `${numbers("n", count)} insert into sessions (key, agent_id, session_id, chat_kind, channel, audience, created_at, updated_at, interaction_at, label) select ${key}, 'main', ${id}, 'dm', 'telegram', 'owner', ${at}, ${at}, ${at}, 'A label' from n;
    ${numbers("n", count)} insert into conversations (session_id, key, began_at, began_reason, entry_seq, leaf_id, message_count, preview, amends) select ${id}, ${key}, ${at}, 'first-message', ${each}, ${id}, ${each}, 'What', 3 from n;
    ${numbers("n", count)} insert into entries (session_id, seq, id, session_key, role, text, at, channel, account, chat, sender_id, audience, meta) select ${id}, e.i, ${id} || '-' || cast(e.i as text), ${key}, 'user', '${text}', ${NOW}, 'telegram', 'default', '42', '42', 'owner', '{}' from n cross join (${numbers("m", each)} select i from m) e;`;
}

async function house(t: TestContext): Promise<House> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-maintenance-"));
  const store = await storeIn(directory);
  t.after(async () => {
    await store.close();
    await removeStateDir(directory);
  });
  const clock = { time: NOW, now: () => clock.time };
  let widest = 0;
  const counting: Store = {
    ...store,
    transaction: (work, session) => {
      let rows = 0;
      assert.notEqual(session, undefined, "nobody else waits for a transaction that names its session");
      return store.transaction(async (tx) => {
        const result = await work({ ...tx, all: (s, p) => tx.all(s, p), get: (s, p) => tx.get(s, p), run: async (s, p) => tx.run(s, p).then((n) => ((rows += n), n)) });
        widest = Math.max(widest, rows);
        return result;
      }, session);
    },
  };
  const number = async (sql: string): Promise<number> => Number((await rowsIn<{ n: number | bigint | null }>(directory, sql))[0]?.n ?? 0);
  const limits = { ...LIMITS };
  let mode: "warn" | "enforce" = "enforce";
  const ids = createIds(clock);
  const { step } = createSteps({
    ...{ store: counting, clock, ids, log: quiet },
    settings: () => ({ mode, limits, isMain: (key) => key === "agent:main:main" }),
    onRemoved: () => undefined,
  });
  return {
    store,
    clock,
    widest: () => widest,
    sql: (text) => scriptIn(directory, text),
    fill: (group) => scriptIn(directory, filling(group)),
    async pass(changed = {}, wanted = "enforce", most = Number.MAX_SAFE_INTEGER) {
      Object.assign(limits, LIMITS, changed);
      mode = wanted;
      for (let steps = 1; ; steps++) if ((await step()) > 60_000 || steps === most) return steps;
    },
    count: (table, where = "1 = 1") => number(`select count(*) as n from ${table} where ${where}`),
    bytes: async () =>
      (await number("select sum(octet_length(text) + octet_length(meta) + 256) as n from entries")) + (await number("select sum(length(content)) as n from trash_parts")),
    keys: async () => (await rowsIn<{ key: string }>(directory, "select key from sessions order by key")).map(({ key }) => key),
    dump: async () => ({
      sessions: await rowsIn(directory, "select * from sessions order by key"),
      conversations: await rowsIn(directory, "select * from conversations order by session_id"),
      entries: await rowsIn(directory, "select * from entries order by session_id, seq"),
    }),
  };
}

test("nothing is removed in mode `warn`, however much there is", async (t) => {
  const { fill, pass, dump } = await house(t);
  await fill({ prefix: "agent:main:dm:", count: 30, each: 2, daysAgo: 90 });
  const before = await dump();
  await pass({ maxEntries: 5, maxDiskBytes: 10 }, "warn");
  assert.deepEqual(await dump(), before);
});

const REASONS: readonly (readonly [what: string, key: string, daysAgo: number, sessions: number, bytes: number, reason: string | null, changed?: Partial<Limits>])[] = [
  ["young, within the cap", "agent:main:dm:1", 29, 500, 0, null],
  ["exactly at the limit", "agent:main:dm:1", 30, 500, 0, null],
  ["too old", "agent:main:dm:1", 31, 1, 0, "stale"],
  ["over the cap", "agent:main:dm:1", 0, 501, 0, "cap-overflow"],
  ["a thread does not grow old", "agent:main:discord:channel:1:thread:2", 400, 1, 0, null],
  ["a room does not grow old", "agent:main:telegram:group:-100", 400, 1, 0, null],
  ["a thread, where that is configured", "agent:main:discord:channel:1:thread:2", 8, 1, 0, "stale", { pruneAfterByKind: { thread: 7 * DAY } }],
  ["a hook that is kept for less", "agent:main:hook:1", 2, 1, 0, "stale", { pruneAfterByKind: { hook: DAY } }],
  ["private chats that are kept for ever", "agent:main:dm:1", 400, 1, 0, null, { pruneAfterByKind: { direct: null } }],
  ["a thread over the cap", "agent:main:discord:channel:1:thread:2", 5, 501, 0, "cap-overflow"],
  ["a run of a job", "agent:main:cron:daily:run:7", 2, 1, 0, "cron-retention"],
  ["a run of an hour ago", "agent:main:cron:daily:run:7", 0, 1, 0, null],
  ["a key without an agent", "cron:daily:run:7", 2, 1, 0, "cron-retention"],
  ["the job itself is no run", "agent:main:cron:daily", 2, 1, 0, null],
  ["over the bytes", "agent:main:dm:1", 0, 1, 1_001, "disk-budget"],
];

for (const [what, key, daysAgo, sessions, bytes, reason, changed] of REASONS) {
  test(`why a session goes: ${what}`, () => {
    const candidate = { key, chatKind: /:(group|channel):/.test(key) ? "group" : "dm", updatedAt: NOW - daysAgo * DAY } as const;
    const reasons = SWEEPS.map((sweep) => reasonToRemove(sweep, candidate, { sessions, bytes }, 1_000, { ...LIMITS, ...changed }, NOW));
    assert.equal(reasons.find((found) => found !== null) ?? null, reason);
  });
}

test("over its budget an agent comes down to the high water mark, and within it stays where it is", () => {
  const limits = { ...LIMITS, maxDiskBytes: 100, highWaterBytes: 80 };
  assert.deepEqual([bytesTarget(100, limits), bytesTarget(101, limits), bytesTarget(101, LIMITS)], [100, 80, Number.MAX_SAFE_INTEGER]);
  assert.ok(!isCronRun("agent:main:dm:cron:x:run:y:z"));
});

/** A thousand days ago, so that only what is under way keeps them. */
async function protectedSessions({ fill, sql }: House): Promise<string[]> {
  const what = ["turn", "queued", "claimed", "pending", "held"];
  for (const name of what) await fill({ prefix: `agent:main:busy-${name}`, count: 1, each: 2, daysAgo: 400 });
  await fill({ prefix: "agent:main:main", count: 1, each: 2, daysAgo: 400 });
  await sql("update sessions set key = 'agent:main:main' where key = 'agent:main:main1'; update conversations set key = 'agent:main:main' where key = 'agent:main:main1'");
  await sql(`insert into turns (id, run_id, session_key, session_id, agent_id, state, attempt, holder, fence, lease_until, started_at, channel, account, chat, audience)
    values ('t', 'r', 'agent:main:busy-turn1', 's', 'main', 'running', 1, 'h', 1, 0, 0, 'telegram', 'default', '42', 'owner')`);
  for (const state of ["queued", "claimed"]) {
    await sql(`insert into inbox (id, run_id, agent_id, session_key, state, message_id, accepted_at, channel, account, chat, sender_id, audience, message, why)
      values ('${state}', '${state}', 'main', 'agent:main:busy-${state}1', '${state}', '${state}', 0, 'telegram', 'default', '42', '42', 'owner', '{}', '{}')`);
  }
  for (const state of ["pending", "held"]) {
    await sql(`insert into outbox (id, session_key, channel, account, chat, audience, text, state, due_at, created_at)
      values ('${state}', 'agent:main:busy-${state}1', 'telegram', 'default', '42', 'owner', 'x', '${state}', 0, 0)`);
  }
  return ["agent:main:main", ...what.map((name) => `agent:main:busy-${name}1`)].toSorted();
}

/** A tenth of the promise as a rule, less where every statement goes over a wire; UPKEEP_FULL=1 is all of it. */
const SCALE = process.env["UPKEEP_FULL"] === "1" ? 1 : ENGINE === "postgres" ? 100 : 10;

test("P29 100,000 runs of jobs and 5,000 threads come down to the caps, a bounded piece at a time, and what is under way stays", async (t) => {
  const here = await house(t);
  const { fill, pass, count, bytes, keys, widest } = here;
  const busy = await protectedSessions(here);
  await fill({ prefix: "agent:main:cron:daily:run:", count: 100_000 / SCALE, each: 2, daysAgo: 3 });
  await fill({ prefix: "agent:main:discord:channel:7:thread:", count: 5_000 / SCALE, each: 20, daysAgo: 5 });
  const cap = { maxEntries: Math.min(500, 2_500 / SCALE), maxDiskBytes: (20 * MB) / SCALE, highWaterBytes: (16 * MB) / SCALE };
  const steps = await pass(cap);
  t.diagnostic(`${steps} steps; ${await count("sessions")} sessions, ${await bytes()} bytes, ${await count("trash")} in the trash; at most ${widest()} rows written by a transaction`);
  assert.ok((await count("sessions")) <= cap.maxEntries, "sessions");
  assert.ok((await bytes()) <= cap.maxDiskBytes, "bytes");
  assert.equal(await count("sessions", "key like 'agent:main:cron:%'"), 0, "runs of jobs are no exception");
  assert.ok((await count("sessions", "key like '%:thread:%'")) >= cap.maxEntries / 2, "nothing goes for the room of what goes anyway");
  assert.equal((await keys()).filter((key) => busy.includes(key)).length, busy.length, "what is under way");
  assert.ok(widest() <= 1_000, `a transaction wrote ${widest()} rows`);
  assert.equal(await count("sizes"), await count("conversations"));
  const looks = (await count("sessions")) / 20 + (await count("conversations")) / 200 + (await count("trash")) / 500;
  const again = await pass(cap);
  assert.ok(again < looks + 10, `${again} steps where nothing is to be done`);
});

test("what was removed is restored as it was, and is not removed again at once", async (t) => {
  const { store, clock, fill, pass, dump, count, sql } = await house(t);
  await fill({ prefix: "agent:main:dm:", count: 3, each: 7, daysAgo: 90 });
  await fill({ prefix: "agent:main:long:", count: 1, each: 1_300, daysAgo: 90 });
  await sql("insert into conversations (session_id, key, began_at, began_reason, ended_at, ended_reason, entry_seq, amends) values ('old', 'agent:main:dm:2', 5, 'first-message', 6, 'new', 0, 0)");
  const before = await dump();
  await pass();
  assert.deepEqual([await count("sessions"), await count("conversations"), await count("entries")], [0, 0, 0]);
  assert.equal(await count("events", "kind = 'session.removed'"), 4);
  for (const key of ["agent:main:dm:1", "agent:main:dm:2", "agent:main:dm:3", "agent:main:long:1"]) assert.equal((await restoreSession(store, clock, key)).isCurrent, true);
  assert.deepEqual(await dump(), before);
  assert.equal(await count("trash_parts"), 0);
  await pass();
  assert.deepEqual(await dump(), before, "restored by somebody's wish");
  await assert.rejects(restoreSession(store, clock, "agent:main:dm:1"), { code: "TRASH_UNKNOWN" });
});

test("what was beside the path is there again after a restore, and goes with what is purged", async (t) => {
  const { store, clock, fill, pass, sql, count } = await house(t);
  await fill({ prefix: "agent:main:long:", count: 2, each: 1_300, daysAgo: 90 });
  await sql("insert into asides (entry_id, branch) select id, 'rewind' from entries where seq > 400 and seq < 700");
  const lone = "not exists (select 1 from entries e where e.id = asides.entry_id)";
  await pass();
  assert.deepEqual([await count("entries"), await count("asides")], [0, 598]);
  await restoreSession(store, clock, "agent:main:long:1");
  assert.deepEqual([await count("entries"), await count("asides"), await count("asides", lone), await count("trash_parts", "kind = 'asides'")], [1_300, 598, 299, 2]);
  await pass({ maxDiskBytes: 1, highWaterBytes: 1 });
  assert.deepEqual([await count("entries"), await count("asides", lone), await count("asides")], [1_300, 0, 299]);
  assert.equal(await count("trash_parts"), 0);
});

test("what stands beside nothing is dropped, once nothing is in the trash from where it could come back", async (t) => {
  const { fill, pass, sql, count } = await house(t);
  await fill({ prefix: "agent:main:dm:", count: 1, each: 7, daysAgo: 1 });
  await fill({ prefix: "agent:main:old:", count: 1, each: 3, daysAgo: 90 });
  await sql("insert into asides (entry_id, branch) select id, 'rewind' from entries where seq > 2");
  await sql("with recursive n(i) as (select 1 union all select i + 1 from n where i < 450) insert into asides (entry_id, branch) select 'gone-' || cast(n.i as text), 'edit' from n");
  await pass();
  assert.equal(await count("asides"), 456, "some are in the trash");
  await pass({ maxDiskBytes: 1, highWaterBytes: 1 });
  await pass();
  assert.equal(await count("trash"), 0);
  const lone = "not exists (select 1 from entries e where e.id = asides.entry_id)";
  assert.deepEqual([await count("asides"), await count("asides", lone)], [await count("entries", "seq > 2"), 0]);
});

test("under a key that is in use again what is restored stands among the earlier conversations", async (t) => {
  const { store, clock, fill, pass, sql, count } = await house(t);
  await fill({ prefix: "agent:main:dm:", count: 1, each: 7, daysAgo: 90 });
  await pass();
  await sql(`insert into sessions (key, agent_id, session_id, chat_kind, channel, audience, created_at, updated_at, interaction_at) values ('agent:main:dm:1', 'main', 'now', 'dm', 'telegram', 'owner', ${NOW}, ${NOW}, ${NOW});
    insert into conversations (session_id, key, began_at, began_reason) values ('now', 'agent:main:dm:1', ${NOW}, 'first-message')`);
  assert.equal((await restoreSession(store, clock, "agent:main:dm:1")).isCurrent, false);
  assert.deepEqual([await count("sessions", "session_id = 'now'"), await count("conversations", "ended_at is null"), await count("conversations"), await count("entries")], [1, 1, 2, 7]);
});

test("a pass that is cut off anywhere leaves each entry in one place, and the next pass ends it", async (t) => {
  const here = await house(t);
  const { fill, pass, count, dump, store, clock } = here;
  await fill({ prefix: "agent:main:long:", count: 1, each: 2_300, daysAgo: 90 });
  const before = await dump();
  // Two steps count, and one finds it.
  let moving = 0;
  for (let cut = 0; cut < 12 && (await count("trash", "state = 'kept'")) === 0; cut++) {
    await pass({}, "enforce", 1);
    if ((await count("trash", "state = 'moving'")) > 0) moving++;
    const kept = (await store.all(listTrash, { limit: 9 })).length;
    assert.ok((await count("entries")) === 2_300 || kept + moving > 0);
  }
  assert.ok(moving >= 3, `seen ${moving} times on its way`);
  assert.deepEqual([await count("entries"), await count("trash_parts", "kind = 'entries'")], [0, 5]);
  await restoreSession(store, clock, "agent:main:long:1");
  assert.deepEqual(await dump(), before);
});

test("trash goes after its time, and earlier, the oldest first, where there is too much", async (t) => {
  const { clock, fill, pass, count } = await house(t);
  await fill({ prefix: "agent:main:dm:", count: 30, each: 3, daysAgo: 90 });
  await pass();
  assert.equal(await count("trash"), 30);
  await pass({ maxDiskBytes: 3_000, highWaterBytes: 2_000 });
  const left = await count("trash");
  assert.ok(left > 0 && left < 30, `${left} left`);
  clock.time += 31 * DAY;
  await fill({ prefix: "agent:main:new:", count: 1, each: 1, daysAgo: -31 });
  await pass();
  assert.deepEqual([await count("trash"), await count("trash_parts")], [0, 0]);
});

const PREFIX = "agent:main:";
const PLAN: Partial<Limits> = { pruneAfterByKind: { hook: 7 * DAY } };

/** What has to stay, whatever the limits say: at work, pinned, rooms, the main session, the one that is named, and what is young. */
async function staying(here: House): Promise<string[]> {
  const { fill, sql } = here;
  const busy = await protectedSessions(here);
  for (const name of ["pinned", "active"]) await fill({ prefix: `${PREFIX}${name}`, count: 1, each: 2, daysAgo: 500 });
  await sql(`update sessions set pinned_at = ${NOW} where key = '${PREFIX}pinned1'`);
  await fill({ prefix: `${PREFIX}discord:channel:7:thread:`, count: 5, each: 2, daysAgo: 300 });
  await fill({ prefix: `${PREFIX}telegram:group:`, count: 5, each: 2, daysAgo: 300 });
  await sql("update sessions set chat_kind = 'group' where key like '%:group:%' or key like '%:channel:%'");
  await fill({ prefix: `${PREFIX}young:`, count: 10, each: 2, daysAgo: 29 });
  const rooms = [1, 2, 3, 4, 5].flatMap((n) => [`${PREFIX}discord:channel:7:thread:${n}`, `${PREFIX}telegram:group:${n}`]);
  return [...busy, `${PREFIX}pinned1`, `${PREFIX}active1`, ...rooms, ...Array.from({ length: 10 }, (_, n) => `${PREFIX}young:${n + 1}`)].toSorted();
}

test("P28 nothing running, pinned or younger than the age is touched; every removal was listed by the dry run, and is restored as it was", async (t) => {
  const here = await house(t);
  const { store, clock, fill, dump, keys, count } = here;
  const stay = await staying(here);
  await fill({ prefix: `${PREFIX}old:`, count: 40, each: 3, daysAgo: 90 });
  await fill({ prefix: `${PREFIX}hook:`, count: 20, each: 3, daysAgo: 10 });
  await fill({ prefix: `${PREFIX}cron:daily:run:`, count: 30, each: 1, daysAgo: 2 });
  await fill({ prefix: `${PREFIX}newer:`, count: 50, each: 3, daysAgo: 3 });
  const before = await dump();
  const settings = { mode: "warn" as const, limits: { ...LIMITS, ...PLAN }, isMain: (key: string) => key === "agent:main:main", activeKey: `${PREFIX}active1` };
  const [plan] = await previewCleanup({ store, clock }, null, settings);
  assert.deepEqual(await dump(), before, "a dry run touches nothing");
  assert.ok(plan);
  const listed = plan.removals.map(({ found }) => found.key).toSorted();
  const reasons = Map.groupBy(plan.removals, ({ reason }) => reason);
  assert.deepEqual(["stale", "cron-retention"].map((reason) => reasons.get(reason as "stale")?.length), [60, 30]);
  assert.deepEqual(listed.filter((key) => stay.includes(key)), [], "what stays is not on the list");
  assert.deepEqual([plan.before.sessions, plan.after.sessions], [(await keys()).length, stay.length + 50]);

  const parts = { store, clock, ids: createIds(clock), log: quiet, onRemoved: () => undefined };
  await cleanUp({ ...parts, settings: () => ({ ...settings, mode: "warn" }) }, null);
  assert.deepEqual(await dump(), before, "mode `warn` touches nothing");
  const all = await keys();
  await cleanUp({ ...parts, settings: () => ({ ...settings, mode: "enforce" }) }, null);
  const left = await keys();
  assert.deepEqual(all.filter((key) => !left.includes(key)), listed, "what went is what was listed");
  assert.deepEqual(stay.filter((key) => !left.includes(key)), []);
  assert.equal(await count("trash", "state = 'kept'"), listed.length);
  for (const key of listed) await restoreSession(store, clock, key);
  assert.deepEqual(await dump(), before, "restored as it was");
  assert.deepEqual((await previewCleanup({ store, clock }, null, settings))[0]?.removals, [], "what was restored is not removed again at once");
});

const OVER: readonly (readonly [what: string, limits: Partial<Limits>, reason: string])[] = [
  ["a budget", { maxDiskBytes: 150_000, highWaterBytes: 100_000 }, "disk-budget"],
  ["a cap", { maxEntries: 25 }, "cap-overflow"],
];

for (const [what, changed, reason] of OVER) {
  test(`what ${what} would take is listed before, also where nothing was measured yet; rooms go last`, async (t) => {
    const { store, clock, fill, pass, keys, count, sql } = await house(t);
    await fill({ prefix: `${PREFIX}telegram:group:`, count: 15, each: 5, daysAgo: 200, text: "x".repeat(200) });
    await sql("update sessions set chat_kind = 'group'");
    await fill({ prefix: `${PREFIX}dm:`, count: 40, each: 5, daysAgo: 3, text: "x".repeat(1_000) });
    const [plan] = await previewCleanup({ store, clock }, "main", { mode: "enforce", limits: { ...LIMITS, ...changed }, isMain: () => false });
    assert.equal(await count("sizes"), 0, "a preview writes nothing");
    const listed = plan?.removals.map(({ found }) => found.key).toSorted() ?? [];
    assert.ok(listed.length > 10 && plan?.removals.every((removal) => removal.reason === reason && removal.found.chat_kind === "dm"), listed.join(" "));
    const all = await keys();
    await pass(changed);
    const left = await keys();
    assert.deepEqual(all.filter((key) => !left.includes(key)), listed);
  });
}

test("mode `warn` names the first sessions that would go, once for each reason, and counts all of them", async (t) => {
  const { store, clock, fill } = await house(t);
  await fill({ prefix: `${PREFIX}old:`, count: 30, each: 1, daysAgo: 40 });
  await fill({ prefix: `${PREFIX}new:`, count: 10, each: 1, daysAgo: 1 });
  const said: string[] = [];
  const counted: object[] = [];
  const log = { ...quiet, warn: (fields: object, text: string) => void ("stale" in fields ? counted.push(fields) : said.push(text)) };
  const { step } = createSteps({ store, clock, ids: createIds(clock), log, onRemoved: () => undefined, settings: () => ({ mode: "warn", limits: { ...LIMITS, maxEntries: 5 }, isMain: () => false }) });
  const pass = async () => {
    while ((await step()) < 60_000);
    return said.splice(0).filter((text) => text.startsWith("⚠️"));
  };
  const named = await pass();
  assert.equal(named.filter((text) => text.includes("(older than 30 days)")).length, 20);
  assert.equal(named.filter((text) => text.includes("(not in the most recent 5 sessions)")).length, 5);
  assert.deepEqual(await pass(), []);
  assert.deepEqual(counted.map((fields) => (fields as { stale: number; overCap: number }).stale), [30, 30]);
});

test("what somebody deleted is in the trash for its time, pinned or not, and goes for good in mode `warn` too", async (t) => {
  const { store, clock, fill, pass, sql, dump, count } = await house(t);
  await fill({ prefix: `${PREFIX}old:`, count: 2, each: 1, daysAgo: 40 });
  await fill({ prefix: `${PREFIX}dm:`, count: 1, each: 1_300, daysAgo: 1 });
  await sql(`update sessions set pinned_at = ${NOW} where key = '${PREFIX}dm:1'`);
  const before = await dump();
  const ids = createIds(clock);
  assert.equal((await deleteSession(store, clock, ids, `${PREFIX}dm:1`))?.entries, 1_300);
  assert.equal(await deleteSession(store, clock, ids, `${PREFIX}dm:1`), null);
  await restoreSession(store, clock, `${PREFIX}dm:1`);
  assert.deepEqual(await dump(), before);
  await deleteSession(store, clock, ids, `${PREFIX}dm:1`);
  await pass();
  assert.deepEqual([await count("trash", "state = 'kept'"), await count("sessions")], [3, 0]);
  clock.time += 31 * DAY;
  await pass({}, "warn");
  assert.deepEqual([await count("trash", "reason = 'deleted'"), await count("trash", "reason = 'stale'")], [0, 2]);
});

test("a session at work is not deleted", async (t) => {
  const here = await house(t);
  const busy = (await protectedSessions(here)).find((key) => key.includes("busy"));
  await assert.rejects(deleteSession(here.store, here.clock, createIds(here.clock), busy ?? ""), { code: "SESSION_BUSY" });
});
