import { statement } from "../statement.ts";
import type { IdentityRow } from "../tables.ts";

/** The accounts of one person. */
export const listPersonIdentities = statement<{ person_id: string }, IdentityRow>((db, p) =>
  db.selectFrom("identities").selectAll().where("person_id", "=", p("person_id")).orderBy("channel").orderBy("account").orderBy("peer"),
);
