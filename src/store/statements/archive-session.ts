import { statement } from "../statement.ts";

/** Leaves a session out of the lists; null brings it back. */
export const archiveSession = statement<{ key: string; archived_at: number | null }>((db, p) => db.updateTable("sessions").set({ archived_at: p("archived_at") }).where("key", "=", p("key")));
