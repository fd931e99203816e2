import { statement } from "../statement.ts";
import type { TrashRow } from "../tables.ts";

/** A session that is being removed. */
export const insertTrash = statement<Omit<TrashRow, "entries" | "parts" | "bytes">>((db, p) =>
  db.insertInto("trash").values({
    id: p("id"),
    session_key: p("session_key"),
    agent_id: p("agent_id"),
    reason: p("reason"),
    state: p("state"),
    at: p("at"),
    entries: 0,
    parts: 0,
    bytes: 0,
    session: p("session"),
  }),
);
