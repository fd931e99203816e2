import { statement } from "../statement.ts";
import type { AgreementRow } from "../tables.ts";

export const findAgreement = statement<{ id: string }, AgreementRow>((db, p) => db.selectFrom("agreements").selectAll().where("id", "=", p("id")));
