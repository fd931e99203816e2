import { statement } from "../statement.ts";
import type { ConversationRow } from "../tables.ts";

/** Where the next entry of a conversation goes. */
export const findConversationEnd = statement<{ session_id: string }, Pick<ConversationRow, "entry_seq" | "leaf_id">>((db, p) =>
  db.selectFrom("conversations").select(["entry_seq", "leaf_id"]).where("session_id", "=", p("session_id")),
);
