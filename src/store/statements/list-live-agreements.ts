import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { AgreementRow } from "../tables.ts";

/** What an account has begun and not ended, as either side, newest first. */
export const listLiveAgreements = statement<{ ref: string }, AgreementRow>((db, p) =>
  db
    .selectFrom("agreements")
    .selectAll()
    .where("state", "in", [sql.lit("open"), sql.lit("redeemed")])
    .where((eb) => eb.or([eb("issuer_ref", "=", p("ref")), eb("redeemer_ref", "=", p("ref"))]))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc"),
);
