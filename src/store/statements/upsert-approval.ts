import { statement } from "../statement.ts";
import type { ApprovalRow } from "../tables.ts";

/** Lets somebody in, on this account and this surface (P38). */
export const upsertApproval = statement<ApprovalRow>((db, p) =>
  db
    .insertInto("approvals")
    .values({
      channel: p("channel"),
      account: p("account"),
      sender_id: p("sender_id"),
      surface: p("surface"),
      approved_at: p("approved_at"),
      approved_by: p("approved_by"),
    })
    .onConflict((conflict) =>
      conflict.columns(["channel", "account", "sender_id", "surface"]).doUpdateSet({ approved_at: p("approved_at"), approved_by: p("approved_by") }),
    ),
);
