import { statement } from "../statement.ts";

/** The model that a session's person chose; null follows the configuration. */
export const setSessionModel = statement<{ key: string; model_override: string | null }>((db, p) => db.updateTable("sessions").set({ model_override: p("model_override") }).where("key", "=", p("key")));
