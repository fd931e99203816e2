import { statement } from "../statement.ts";

/** Why a session id ended; its entries stay. */
export const endConversation = statement<{ session_id: string; ended_at: number; ended_reason: string }>((db, p) =>
  db
    .updateTable("conversations")
    .set({ ended_at: p("ended_at"), ended_reason: p("ended_reason") })
    .where("session_id", "=", p("session_id")),
);
