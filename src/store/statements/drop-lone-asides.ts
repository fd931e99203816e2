import { statement } from "../statement.ts";

/** Within a range of ids, what stands beside nothing any more: as long as nothing is in the trash, from where it could come back. */
export const dropLoneAsides = statement<{ after: string; through: string }>((db, p) =>
  db
    .deleteFrom("asides")
    .where("entry_id", ">", p("after"))
    .where("entry_id", "<=", p("through"))
    .where((eb) => eb.not(eb.exists(eb.selectFrom("entries").select("entries.id").whereRef("entries.id", "=", "asides.entry_id"))))
    .where((eb) => eb.not(eb.exists(eb.selectFrom("trash").select("trash.id").limit(1)))),
);
