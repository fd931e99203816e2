import { statement } from "../statement.ts";
import type { IdentityRow } from "../tables.ts";

export const insertIdentity = statement<IdentityRow>((db, p) =>
  db.insertInto("identities").values({
    channel: p("channel"),
    account: p("account"),
    peer: p("peer"),
    person_id: p("person_id"),
    display_name: p("display_name"),
    proved_by: p("proved_by"),
    proved_at: p("proved_at"),
  }),
);
