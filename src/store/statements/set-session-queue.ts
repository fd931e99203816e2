import { statement } from "../statement.ts";

/** How a session queues from now on; null is as configured. */
export const setSessionQueue = statement<{ key: string; queue: string | null }>((db, p) =>
  db.updateTable("sessions").set({ queue: p("queue") }).where("key", "=", p("key")),
);
