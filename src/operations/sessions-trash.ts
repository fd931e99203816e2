import { z } from "zod";
import { listTrash } from "../store/statements/list-trash.ts";
import { define } from "./define.ts";

export const sessionsTrash = define({
  name: "sessions.trash",
  scope: "read",
  input: z.object({ limit: z.int().min(1).max(1000).default(200) }),
  example: { limit: 50 },
  /** Sessions that were removed and can be restored, the newest first. */
  async run({ store }, { limit }) {
    const rows = await store.all(listTrash, { limit });
    return { sessions: rows.map((row) => ({ key: row.session_key, agentId: row.agent_id, reason: row.reason, removedAt: row.at, entries: row.entries, bytes: row.bytes })) };
  },
});
