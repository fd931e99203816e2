import { statement } from "../statement.ts";

/** What a session is called; null is its own name. */
export const labelSession = statement<{ key: string; label: string | null }>((db, p) => db.updateTable("sessions").set({ label: p("label") }).where("key", "=", p("key")));
