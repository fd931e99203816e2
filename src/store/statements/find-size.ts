import { statement } from "../statement.ts";

/** What a conversation was last found to weigh. */
export const findSize = statement<{ session_id: string }, { bytes: number }>((db, p) => db.selectFrom("sizes").select("bytes").where("session_id", "=", p("session_id")));
