import { statement } from "../statement.ts";

/** Docks a session's replies, or undocks them (null). */
export const setSessionDock = statement<{ key: string; dock: string | null }>((db, p) =>
  db.updateTable("sessions").set({ dock: p("dock") }).where("key", "=", p("key")),
);
