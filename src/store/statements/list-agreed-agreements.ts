import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { AgreementRow } from "../tables.ts";

/** What everybody has said yes to and nobody has done yet, oldest first. */
export const listAgreedAgreements = statement<Record<never, never>, AgreementRow>((db) =>
  db.selectFrom("agreements").selectAll().where("state", "=", sql.lit("agreed")).orderBy("created_at").orderBy("id"),
);
