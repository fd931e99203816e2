import { statement } from "../statement.ts";

export const deleteApproval = statement<{ channel: string; account: string; sender_id: string; surface: string }>((db, p) =>
  db
    .deleteFrom("approvals")
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("sender_id", "=", p("sender_id"))
    .where("surface", "=", p("surface")),
);
