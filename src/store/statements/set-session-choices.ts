import { statement } from "../statement.ts";

/** What a session's person chose for it; null is nothing. */
export const setSessionChoices = statement<{ key: string; choices: string | null }>((db, p) => db.updateTable("sessions").set({ choices: p("choices") }).where("key", "=", p("key")));
