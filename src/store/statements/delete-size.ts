import { statement } from "../statement.ts";

/** A conversation is gone. */
export const deleteSize = statement<{ session_id: string }>((db, p) => db.deleteFrom("sizes").where("session_id", "=", p("session_id")));
