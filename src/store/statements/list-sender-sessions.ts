import { statement } from "../statement.ts";

/** The sessions in which one sender speaks, the latest first. */
export const listSenderSessions = statement<{ channel: string; sender_id: string; limit: number }, { session_key: string; last_at: number }>((db, p) =>
  db
    .selectFrom("participants")
    .select((eb) => ["session_key", eb.fn.max("last_at").as("last_at")])
    .where("channel", "=", p("channel"))
    .where("sender_id", "=", p("sender_id"))
    .groupBy("session_key")
    .orderBy("last_at", "desc")
    .orderBy("session_key")
    .limit(p("limit")) as never,
);
