import { statement } from "../statement.ts";

/** Remembers the platform's id of a partial reply that is already in the chat. */
export const setTurnDraft = statement<{ id: string; draft: string }>((db, p) =>
  db.updateTable("turns").set({ draft: p("draft") }).where("id", "=", p("id")),
);
