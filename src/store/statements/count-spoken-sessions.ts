import { statement } from "../statement.ts";

/** In how many sessions anybody spoke. */
export const countSpokenSessions = statement<Record<never, never>, { count: number }>((db) =>
  db.selectFrom("participants").select((eb) => eb.fn.count<number>("session_key").distinct().as("count")),
);
