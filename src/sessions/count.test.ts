import assert from "node:assert/strict";
import { test } from "node:test";
import { freshStore } from "../../test/store/database.ts";
import type { Executor, Store } from "../store/store.ts";
import { insertConversation } from "../store/statements/insert-conversation.ts";
import { insertSession } from "../store/statements/insert-session.ts";
import { createSessionCounts } from "./count.ts";
import { findSessions, type Search } from "./search.ts";

const name = (index: number): string => `s${String(index).padStart(6, "0")}`;

async function add(tx: Executor, index: number, agent: string, title: string | null): Promise<void> {
  const key = `agent:${agent}:${name(index)}`;
  await tx.run(insertSession, {
    ...{ key, agent_id: agent, session_id: key, chat_kind: "dm", channel: "telegram", display_name: title, audience: "owner" },
    ...{ created_at: index, updated_at: index, interaction_at: index, last_route: null, dock: null },
  });
  await tx.run(insertConversation, { session_id: key, key, began_at: index, began_reason: "first-message" });
}

/** How many rows the widest answer had. */
function watched(store: Store) {
  const seen = { rows: 0, asked: 0 };
  const executor: Executor = {
    run: store.run,
    async get(statement, params) {
      seen.asked += 1;
      return store.get(statement, params);
    },
    async all(statement, params) {
      const rows = await store.all(statement, params);
      seen.rows = Math.max(seen.rows, rows.length);
      return rows;
    },
  };
  return { executor, seen };
}

test("few sessions are counted each time, very many at most every ten seconds", async (t) => {
  const store = await freshStore(t);
  let now = 0;
  const { executor, seen } = watched(store);
  const counts = createSessionCounts(executor, { now: () => now });
  await store.transaction(async (tx) => {
    for (let index = 0; index < 999; index++) await add(tx, index, "main", null);
  });
  assert.equal(await counts.of(null), 999);
  await store.transaction((tx) => add(tx, 999, "other", null));
  assert.deepEqual([await counts.of("main"), await counts.of("other"), await counts.of("nobody")], [999, 1, 0]);
  await store.transaction(async (tx) => {
    for (let index = 1_000; index < 5_000; index++) await add(tx, index, "main", null);
  });
  assert.deepEqual([await counts.of(null), await counts.of("main")], [5_000, 4_999]);
  await store.transaction((tx) => add(tx, 5_000, "main", null));
  seen.asked = 0;
  assert.equal(await counts.of(null), 5_000, "as it was a moment ago");
  assert.equal(seen.asked, 1, "nothing was counted anew");
  now = 11_000;
  while ((await counts.of(null)) !== 5_001) await new Promise((resolve) => setImmediate(resolve));
});

const ALL: Search = { agent: "", since: 0, text: "", kind: "", channel: "", label: "", archived: "without", pinned: false };

test("a search finds by key and name whatever the case, newest first, and looks through all of them in small steps", async (t) => {
  const store = await freshStore(t);
  await store.transaction(async (tx) => {
    for (let index = 0; index < 1_300; index++) await add(tx, index, index % 2 === 0 ? "main" : "other", index % 500 === 0 ? `Ada ${index}` : null);
  });
  const { executor, seen } = watched(store);
  const find = async (text: string, agent: string, wanted: number) => (await findSessions(executor, { ...ALL, text, agent }, { limit: wanted, offset: 0 })).map(({ key }) => key);
  assert.deepEqual(await find("aDA", "", 10), ["agent:main:s001000", "agent:main:s000500", "agent:main:s000000"]);
  assert.deepEqual(await find("ada", "", 1), ["agent:main:s001000"]);
  assert.deepEqual(await find("ada", "other", 10), []);
  assert.deepEqual(await find("S00077", "other", 3), ["agent:other:s000779", "agent:other:s000777", "agent:other:s000775"]);
  assert.ok(seen.rows <= 500);
});
