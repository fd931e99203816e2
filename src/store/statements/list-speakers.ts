import { statement } from "../statement.ts";

/** Everybody who ever spoke, once for each of our accounts, who spoke last first. */
export const listSpeakers = statement<{ limit: number }, { channel: string; account: string; sender_id: string; last_at: number }>((db, p) =>
  db
    .selectFrom("participants")
    .select((eb) => ["channel", "account", "sender_id", eb.fn.max("last_at").as("last_at")])
    .groupBy(["channel", "account", "sender_id"])
    .orderBy("last_at", "desc")
    .orderBy("sender_id")
    .limit(p("limit")) as never,
);
