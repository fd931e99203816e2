import { statement } from "../statement.ts";

/** Takes everybody out of a session; whoever does so puts them in elsewhere. */
export const deleteParticipants = statement<{ session_key: string }>((db, p) =>
  db.deleteFrom("participants").where("session_key", "=", p("session_key")),
);
