import assert from "node:assert/strict";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createIds } from "../../domain/ids.ts";
import { removeStateDir, storeIn } from "../../../test/store/database.ts";
import { toSession } from "../../store/rows.ts";
import { describeSession } from "../../store/statements/describe-session.ts";
import { insertConversation } from "../../store/statements/insert-conversation.ts";
import { insertSession } from "../../store/statements/insert-session.ts";
import { pageSessions } from "../../store/statements/page-sessions.ts";
import type { Executor } from "../../store/store.ts";
import { appendEntries, readAfter } from "../transcript.ts";
import { entry, KEY, NOW, SESSION_ID } from "./fixture.ts";
import { createMirror, type MirrorSource } from "./index.ts";

const clock = { now: () => NOW };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

async function insert(tx: Executor): Promise<void> {
  await tx.run(insertSession, {
    key: KEY,
    agent_id: "main",
    session_id: SESSION_ID,
    chat_kind: "dm",
    channel: "telegram",
    display_name: "Ada",
    audience: "owner",
    created_at: NOW,
    updated_at: NOW,
    interaction_at: NOW,
    last_route: null, dock: null,
  });
  await tx.run(insertConversation, { session_id: SESSION_ID, key: KEY, began_at: NOW, began_reason: "first-message" });
  const usage = { input: 10, output: 5, cacheRead: null, cacheWrite: null };
  const said = [entry(1), entry(2, { model: "stub/stub-1", usage, stopReason: "stop" })].map((row) => ({ ...row, turnId: "t1" }));
  await appendEntries(tx, { key: KEY, sessionId: SESSION_ID }, said, createIds(clock));
}

test("what is in the database is in the files", async () => {
  const root = await mkdtemp(join(tmpdir(), "continuo-mirror-"));
  const store = await storeIn(root);
  try {
    await store.transaction(insert);
    const source: MirrorSource = {
      readSession: async (key) => {
        const row = await store.get(describeSession, { key });
        return row ? toSession(row) : null;
      },
      pageSessions: async (agent, after, limit) => (await store.all(pageSessions, { agent, after, limit })).map(toSession),
      readEntries: (sessionId, after, limit) => readAfter(store, sessionId, after, limit),
      countAmends: async () => 0,
    };
    const mirror = createMirror({ clock, log: silent, sessionsDir: (agentId) => join(root, agentId), source });
    mirror.touch(KEY);
    await mirror.close();
    const index = JSON.parse(await readFile(join(root, "main", "sessions.json"), "utf8")) as Record<string, Record<string, unknown>>;
    assert.deepEqual([index[KEY]?.["uuid"], index[KEY]?.["messageCount"], index[KEY]?.["totalTokens"]], [SESSION_ID, 2, 10]);
    const lines = (await readFile(join(root, "main", `${SESSION_ID}.jsonl`), "utf8")).trimEnd().split("\n");
    const rows = lines.map((line) => JSON.parse(line) as { role: string; content: string; id: string; parentId: string | null });
    assert.deepEqual(rows.map(({ role, content }) => [role, content]), [["user", "text 1"], ["assistant", "text 2"]]);
    assert.equal(rows[1]?.parentId, rows[0]?.id);
  } finally {
    await store.close();
    await removeStateDir(root);
  }
});
