import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { ParticipantRow } from "../tables.ts";

/** The private chat in which an account wrote last. */
export const findDirectChat = statement<{ channel: string; account: string; sender_id: string }, ParticipantRow>((db, p) =>
  db
    .selectFrom("participants")
    .selectAll()
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("sender_id", "=", p("sender_id"))
    .where("chat_kind", "=", sql.lit("dm"))
    .orderBy("last_at", "desc")
    .limit(1),
);
