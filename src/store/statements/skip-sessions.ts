import { statement } from "../statement.ts";

/** The place in the list of sessions, newest first, that comes `skipped` after another one. */
export const skipSessions = statement<{ since: number; before_at: number; before_key: string; skipped: number }, { updated_at: number; key: string }>((db, p) =>
  db
    .selectFrom("sessions")
    .select(["updated_at", "key"])
    .where("updated_at", ">=", p("since"))
    .where((eb) => eb(eb.refTuple("updated_at", "key"), "<", eb.tuple(p("before_at"), p("before_key"))))
    .orderBy("updated_at", "desc")
    .orderBy("key", "desc")
    .limit(1)
    .offset(p("skipped")),
);
