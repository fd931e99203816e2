import { statement } from "../statement.ts";

/** Remembers the platform's id of a partial reply that is already in the chat; whoever has lost the turn cannot. */
export const setTurnDraft = statement<{ id: string; holder: string; draft: string }>((db, p) =>
  db.updateTable("turns").set({ draft: p("draft") }).where("id", "=", p("id")).where("holder", "=", p("holder")),
);
