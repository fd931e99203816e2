import assert from "node:assert/strict";
import { test } from "node:test";
import { freshStore } from "../../test/store/database.ts";
import { createSessionCounts } from "../sessions/count.ts";
import { insertConversation } from "../store/statements/insert-conversation.ts";
import { canonicalKey } from "../routing/keys.ts";
import { putSession } from "../store/statements/put-session.ts";
import type { SessionRow } from "../store/tables.ts";
import { insertSession } from "../store/statements/insert-session.ts";
import type { Executor, Store } from "../store/store.ts";
import type { Caller } from "./operation.ts";
import type { Services } from "./services.ts";
import { findTypedSession } from "./session-find.ts";
import { sessionsList } from "./sessions-list.ts";

/** As the promise has it with CONTINUO_TEST_SESSIONS=10000 CONTINUO_TEST_METADATA=10000: 100 MB of metadata. */
const SESSIONS = Number(process.env["CONTINUO_TEST_SESSIONS"] ?? 1_500);
const METADATA = Number(process.env["CONTINUO_TEST_METADATA"] ?? 1_000);
const caller: Caller = { channel: "terminal", connectionId: "test", clientName: "test" };

async function fill(tx: Executor): Promise<void> {
  const route = JSON.stringify({ channel: "telegram", account: "default", chat: "42", thread: null, note: "x".repeat(METADATA) });
  for (let index = 0; index < SESSIONS; index++) {
    const key = `agent:main:s${String(index).padStart(6, "0")}`;
    const place = { key, agent_id: "main", session_id: key, chat_kind: "dm", channel: "telegram", display_name: null, audience: "owner" };
    await tx.run(insertSession, { ...place, created_at: index, updated_at: index, interaction_at: index, last_route: route, dock: null });
    await tx.run(insertConversation, { session_id: key, key, began_at: index, began_reason: "first-message" });
  }
}

/** Counts what is read, and how often others were let in between. */
function watch(store: Store) {
  const seen = { rows: 0 };
  const watched: Store = {
    ...store,
    async all(statement, params) {
      const rows = await store.all(statement, params);
      seen.rows += rows.length;
      return rows;
    },
  };
  return { watched, seen };
}

function servicesOf(store: Store): Services {
  const agents = { defaultId: "main", list: [], get: () => ({ models: ["mock/mock"] }) };
  const settings = { agents: () => agents, contextTokens: () => 200_000 };
  const facts = { stateDir: "/nowhere", sessions: createSessionCounts(store, { now: () => 0 }) };
  return { store, clock: { now: () => 0 }, settings, facts } as unknown as Services;
}

test("P11 a page of the list reads its own rows, however many sessions there are and however much is kept of each", async (t) => {
  const store = await freshStore(t);
  await store.transaction(fill);
  const { watched, seen } = watch(store);
  const services = servicesOf(watched);
  const page = await sessionsList.run(services, sessionsList.input.parse({ limit: 50, offset: 0 }), caller);
  assert.deepEqual([page.count, page.total, page.hasMore], [50, SESSIONS, true]);
  assert.equal(page.sessions[0]?.key, `agent:main:s${String(SESSIONS - 1).padStart(6, "0")}`);
  assert.equal(seen.rows, 51);
  const ofAgent = await sessionsList.run(services, sessionsList.input.parse({ limit: 50, offset: 50, agentId: "Main" }), caller);
  assert.deepEqual([ofAgent.count, ofAgent.total, ofAgent.sessions[0]?.key], [50, SESSIONS, `agent:main:s${String(SESSIONS - 51).padStart(6, "0")}`]);
  assert.equal(seen.rows, 102);
  const found = await sessionsList.run(services, sessionsList.input.parse({ limit: 50, offset: 0, search: "S000007" }), caller);
  assert.deepEqual(found.sessions.map(({ key }) => key), ["agent:main:s000007"]);
  assert.equal(seen.rows, 103);
});

async function place(tx: Executor, key: string, at: number, fields: Partial<SessionRow> = {}): Promise<void> {
  const session_id = `${at}00000-aaaa`;
  const row: SessionRow = {
    ...{ key, agent_id: "main", session_id, chat_kind: "dm", channel: "telegram", display_name: null, label: null, audience: "owner" },
    ...{ created_at: at, updated_at: at, interaction_at: at, model_override: null, model_last: null, last_route: null, dock: null },
    ...{ queue: null, choices: null, pinned_at: null, archived_at: null, pointed_at: null, ...fields },
  };
  await tx.run(putSession, row);
  await tx.run(insertConversation, { session_id, key, began_at: at, began_reason: "first-message" });
}

test("what is pinned comes first, what is archived has to be asked for, and every filter leaves what it says", async (t) => {
  const store = await freshStore(t);
  await store.transaction(async (tx) => {
    await place(tx, "agent:main:telegram:dm:1", 1, { pinned_at: 50, label: "Trip" });
    await place(tx, "agent:main:telegram:group:2", 2, { chat_kind: "group", archived_at: 60 });
    await place(tx, "agent:main:telegram:group:3:topic:4", 3, { chat_kind: "group" });
    await place(tx, "agent:main:cron:daily:run:5", 4, { channel: "cron" });
    await place(tx, "agent:main:discord:channel:6", 5, { chat_kind: "channel", channel: "discord", choices: '{"activation":"always","thinking":"high"}', queue: '{"mode":"steer"}' });
  });
  const services = servicesOf(store);
  const list = async (params: object) => {
    const page = await sessionsList.run(services, sessionsList.input.parse(params), caller);
    return { ...page, ids: page.sessions.map(({ sessionId }) => Number(sessionId[0])) };
  };
  const all = await list({});
  assert.deepEqual([all.ids, all.total, all.hasMore], [[1, 5, 4, 3], 4, false]);
  assert.deepEqual([(await list({ limit: 2 })).ids, (await list({ limit: 2, offset: 1 })).ids, (await list({ limit: 2, offset: 3 })).ids], [[1, 5], [5, 4], [3]]);
  const cases: readonly (readonly [object, readonly number[]])[] = [
    [{ archived: true }, [2]],
    [{ archived: "all" }, [1, 5, 4, 3, 2]],
    [{ pinned: true }, [1]],
    [{ label: "Trip" }, [1]],
    [{ channel: "discord" }, [5]],
    [{ kind: "group" }, [5, 3]],
    [{ kind: "thread" }, [3]],
    [{ kind: "dm" }, [1]],
    [{ kind: "cron", search: "DAILY" }, [4]],
    [{ kind: "group", archived: "all", limit: 1, offset: 1 }, [3]],
  ];
  for (const [params, ids] of cases) assert.deepEqual((await list(params)).ids, ids, JSON.stringify(params));
  const [, discord] = all.sessions;
  assert.deepEqual([discord?.groupActivation, discord?.thinkingLevel, discord?.queueMode, discord?.state.activationMode], ["always", "high", "steer", "always"]);
});

test("a session is found by its key in any spelling, and by a session id or the beginning of one", async (t) => {
  const store = await freshStore(t);
  await store.transaction(async (tx) => {
    await place(tx, "agent:main:telegram:dm:userA", 1);
    await place(tx, "agent:main:telegram:dm:42", 2);
    await tx.run(insertConversation, { session_id: "abcdef01-old", key: "agent:main:telegram:dm:42", began_at: 0, began_reason: "first-message" });
  });
  const services = servicesOf(store);
  const keyOf = (typed: string): string => canonicalKey(typed, "main", "main").sessionKey;
  const find = async (typed: string) => (await findTypedSession({ ...services, settings: { ...services.settings, keyOf } } as Services, typed))?.key ?? null;
  assert.equal(await find("telegram:direct:usera"), "agent:main:telegram:dm:userA");
  assert.equal(await find("100000-aaaa"), "agent:main:telegram:dm:userA");
  assert.equal(await find("200000"), "agent:main:telegram:dm:42");
  assert.equal(await find("ABCDEF"), "agent:main:telegram:dm:42", "an earlier conversation's id, too");
  assert.equal(await find("abcde"), null, "too short to be meant");
  assert.equal(await find("agent:main:telegram:dm:43"), null);
});

test("what is looked for in the list is found as it was typed: no sign in it stands for others", async (t) => {
  const store = await freshStore(t);
  await store.transaction(async (tx) => {
    await place(tx, "agent:main:one", 1, { label: "100% done" });
    await place(tx, "agent:main:two", 2, { label: "1000 things" });
    await place(tx, "agent:main:three", 3, { label: "a_b" });
    await place(tx, "agent:main:four", 4, { label: "axb" });
  });
  const services = servicesOf(store);
  const found = async (search: string): Promise<string[]> => (await sessionsList.run(services, sessionsList.input.parse({ search }), caller)).sessions.map(({ key }) => key);
  assert.deepEqual(await found("100%"), ["agent:main:one"]);
  assert.deepEqual(await found("A_B"), ["agent:main:three"]);
});
