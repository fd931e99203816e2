import { statement } from "../statement.ts";

/** Keeps a session at the top of the lists, and from being removed by itself; null ends that. */
export const pinSession = statement<{ key: string; pinned_at: number | null }>((db, p) => db.updateTable("sessions").set({ pinned_at: p("pinned_at") }).where("key", "=", p("key")));
