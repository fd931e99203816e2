import { statement } from "../statement.ts";
import type { PersonRow } from "../tables.ts";

export const insertPerson = statement<PersonRow>((db, p) =>
  db.insertInto("people").values({ id: p("id"), name: p("name"), name_key: p("name_key"), role: p("role"), created_at: p("created_at") }),
);
