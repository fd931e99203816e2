import { statement } from "../statement.ts";

/** How many sessions were active since a time. */
export const countSessions = statement<{ since: number }, { count: number }>((db, p) =>
  db.selectFrom("sessions").select((eb) => eb.fn.countAll<number>().as("count")).where("updated_at", ">=", p("since")),
);
