import { statement } from "../statement.ts";
import type { PrivateChatRow } from "../tables.ts";

/** Every chat that is off the record: a few, at any time. */
export const listPrivateChats = statement<{ limit: number }, PrivateChatRow>((db, p) =>
  db.selectFrom("private_chats").selectAll().orderBy("since").limit(p("limit")),
);
