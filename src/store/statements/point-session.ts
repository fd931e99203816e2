import { statement } from "../statement.ts";

/** Gives a session another current session id. */
export const pointSession = statement<{ key: string; session_id: string; at: number }>((db, p) =>
  db
    .updateTable("sessions")
    .set({ session_id: p("session_id"), updated_at: p("at"), interaction_at: p("at"), pointed_at: p("at"), archived_at: null })
    .where("key", "=", p("key")),
);
