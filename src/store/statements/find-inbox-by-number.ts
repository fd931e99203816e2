import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** The newest items whose platform's message id ends so: `…:<number>`, which is what people see of it. */
export const findInboxByNumber = statement<{ ending: string; after: number; limit: number }, InboxRow>((db, p) =>
  db
    .selectFrom("inbox")
    .selectAll()
    .where("seq", ">", p("after"))
    .where(sql<string>`substr(message_id, length(message_id) - length(${p("ending")}) + 1)`, "=", p("ending"))
    .orderBy("seq", "desc")
    .limit(p("limit")),
);
