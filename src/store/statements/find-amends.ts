import { statement } from "../statement.ts";

/** How often something in a conversation was changed or taken back. */
export const findAmends = statement<{ session_id: string }, { amends: number }>((db, p) =>
  db.selectFrom("conversations").select("amends").where("session_id", "=", p("session_id")),
);
