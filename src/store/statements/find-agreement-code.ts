import { statement } from "../statement.ts";
import type { AgreementRow } from "../tables.ts";

/** What a code stands for, whatever has become of it. */
export const findAgreementCode = statement<{ code: string }, AgreementRow>((db, p) =>
  db.selectFrom("agreements").selectAll().where("code", "=", p("code")),
);
