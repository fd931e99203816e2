import { statement } from "../statement.ts";

/** Keys that equal a typed one but for case: at most two, since a second makes it ambiguous (spec A2). */
export const findSessionKeys = statement<{ key: string }, { key: string }>((db, p) =>
  db
    .selectFrom("sessions")
    .select("key")
    .where((eb) => eb(eb.fn<string>("lower", ["key"]), "=", eb.fn<string>("lower", [eb.val(p("key"))])))
    .limit(2),
);
