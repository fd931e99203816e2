import { statement } from "../statement.ts";

/** A code that nobody can use any more leaves no trace but its line in the ledger. */
export const deleteAgreement = statement<{ id: string }>((db, p) => db.deleteFrom("agreements").where("id", "=", p("id")));
