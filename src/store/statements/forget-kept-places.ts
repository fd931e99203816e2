import { statement } from "../statement.ts";

/** Drops what a step noted, once it is taken back. */
export const forgetKeptPlaces = statement<{ change_id: string; number: number }>((db, p) =>
  db.deleteFrom("moved_entries").where("change_id", "=", p("change_id")).where("number", "=", p("number")),
);
