import { statement } from "../statement.ts";

/** An entry that is nowhere any more stands beside nothing. */
export const deleteAside = statement<{ entry_id: string }>((db, p) =>
  db
    .deleteFrom("asides")
    .where("entry_id", "=", p("entry_id"))
    .where((eb) => eb.not(eb.exists(eb.selectFrom("entries").select("entries.id").whereRef("entries.id", "=", "asides.entry_id")))),
);
