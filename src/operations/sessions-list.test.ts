import assert from "node:assert/strict";
import { test } from "node:test";
import { freshStore } from "../../test/store/database.ts";
import { createSessionCounts } from "../sessions/count.ts";
import { insertConversation } from "../store/statements/insert-conversation.ts";
import { insertSession } from "../store/statements/insert-session.ts";
import type { Executor, Store } from "../store/store.ts";
import type { Caller } from "./operation.ts";
import type { Services } from "./services.ts";
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
  const page = await sessionsList.run(services, { limit: 50, offset: 0 }, caller);
  assert.deepEqual([page.count, page.total, page.hasMore], [50, SESSIONS, true]);
  assert.equal(page.sessions[0]?.key, `agent:main:s${String(SESSIONS - 1).padStart(6, "0")}`);
  assert.equal(seen.rows, 51);
  const ofAgent = await sessionsList.run(services, { limit: 50, offset: 50, agentId: "Main" }, caller);
  assert.deepEqual([ofAgent.count, ofAgent.total, ofAgent.sessions[0]?.key], [50, SESSIONS, `agent:main:s${String(SESSIONS - 51).padStart(6, "0")}`]);
  assert.equal(seen.rows, 102);
  const found = await sessionsList.run(services, { limit: 50, offset: 0, search: "S000007" }, caller);
  assert.deepEqual(found.sessions.map(({ key }) => key), ["agent:main:s000007"]);
  assert.equal(seen.rows, 103);
});
