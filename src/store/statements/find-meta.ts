import { statement } from "../statement.ts";

/** A fact about this store. */
export const findMeta = statement<{ name: string }, { value: string }>((db, p) =>
  db.selectFrom("meta").select("value").where("name", "=", p("name")),
);
