import { statement } from "../statement.ts";
import type { ApprovalRow } from "../tables.ts";

/** Everybody who was let in, in the order of the key, a page at a time. */
export const pageApprovals = statement<{ channel: string; account: string; sender_id: string; surface: string; limit: number }, ApprovalRow>(
  (db, p) =>
    db
      .selectFrom("approvals")
      .selectAll()
      .where((eb) =>
        eb(
          eb.refTuple("channel", "account", "sender_id", "surface"),
          ">",
          eb.tuple(p("channel"), p("account"), p("sender_id"), p("surface")),
        ),
      )
      .orderBy("channel")
      .orderBy("account")
      .orderBy("sender_id")
      .orderBy("surface")
      .limit(p("limit")),
);
