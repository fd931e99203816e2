import { statement } from "../statement.ts";

/** Devices that have not read a session for long. */
export const forgetReadMarks = statement<{ session_key: string; who: string; before: number }>((db, p) =>
  db.deleteFrom("read_marks").where("session_key", "=", p("session_key")).where("who", "=", p("who")).where("at", "<", p("before")),
);
