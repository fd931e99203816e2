import assert from "node:assert/strict";
import { test } from "node:test";
import { freshStore } from "../../test/store/database.ts";
import { insertConversation } from "../store/statements/insert-conversation.ts";
import { insertSession } from "../store/statements/insert-session.ts";
import type { Executor } from "../store/store.ts";
import type { Caller } from "./operation.ts";
import type { Services } from "./services.ts";
import { sessionsCleanup } from "./sessions-cleanup.ts";

const DAY = 86_400_000;
const NOW = 1_000 * DAY;
const caller: Caller = { channel: "terminal", connectionId: "test", clientName: "test" };

async function fill(tx: Executor, agentId: string, count: number, at: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const key = `agent:${agentId}:${at === NOW ? "new" : "old"}-${index}`;
    const place = { key, agent_id: agentId, session_id: key, chat_kind: "dm", channel: "telegram", display_name: null, audience: "owner" };
    await tx.run(insertSession, { ...place, created_at: at, updated_at: at + index, interaction_at: at, last_route: null, dock: null });
    await tx.run(insertConversation, { session_id: key, key, began_at: at, began_reason: "first-message" });
  }
}

test("a clean-up lists a thousand sessions over all agents, and counts all of them exactly", async (t) => {
  const store = await freshStore(t);
  await store.transaction(async (tx) => {
    await fill(tx, "main", 900, DAY);
    await fill(tx, "main", 3, NOW);
    await fill(tx, "work", 300, DAY);
  });
  const limits = { pruneAfter: 30 * DAY, pruneAfterByKind: {}, maxEntries: 5_000, trashRetention: DAY, cronRetention: null, maxDiskBytes: null, highWaterBytes: null };
  const settings = { agents: () => ({ defaultId: "main" }), maintenance: () => ({ mode: "warn", limits, isMain: () => false }) };
  const services = { store, clock: { now: () => NOW }, settings, facts: { stateDir: "/nowhere" } } as unknown as Services;
  const { stores } = await sessionsCleanup.run(services, sessionsCleanup.input.parse({ dryRun: true, allAgents: true }), caller);
  const told = stores.map(({ agentId, actions, moreActions, pruned, beforeCount, afterCount }) => [agentId, actions.length, moreActions, pruned, beforeCount, afterCount]);
  assert.deepEqual(told.toSorted(), [["main", 900, 0, 900, 903, 3], ["work", 100, 200, 300, 300, 0]]);
});
