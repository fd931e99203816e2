import { statement } from "../statement.ts";

/** The parts of a reply as its first attempt rendered them. */
export const findRendered = statement<{ delivery_id: string }, { parts: string }>((db, p) =>
  db.selectFrom("rendered").select("parts").where("delivery_id", "=", p("delivery_id")),
);
