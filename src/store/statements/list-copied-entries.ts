import { statement } from "../statement.ts";

/** Entries of a span that came with something else than words, perhaps: those that have more to say of themselves. */
export const listCopiedEntries = statement<{ session_id: string; after: number; through: number }, { id: string; meta: string | null }>((db, p) =>
  db
    .selectFrom("entries")
    .select(["id", "meta"])
    .where("session_id", "=", p("session_id"))
    .where("seq", ">", p("after"))
    .where("seq", "<=", p("through"))
    .where("role", "=", "user")
    .where("meta", "is not", null),
);
