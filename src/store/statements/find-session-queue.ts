import { statement } from "../statement.ts";
import type { SessionRow } from "../tables.ts";

/** How a session queues, where its people have chosen. */
export const findSessionQueue = statement<{ key: string }, Pick<SessionRow, "queue">>((db, p) =>
  db.selectFrom("sessions").select("queue").where("key", "=", p("key")),
);
