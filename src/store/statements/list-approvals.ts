import { statement } from "../statement.ts";
import type { ApprovalRow } from "../tables.ts";

/** Who was let in by a code, the latest first. */
export const listApprovals = statement<{ limit: number }, ApprovalRow>((db, p) =>
  db.selectFrom("approvals").selectAll().orderBy("approved_at", "desc").orderBy("sender_id").limit(p("limit")),
);
