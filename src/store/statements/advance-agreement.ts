import { statement } from "../statement.ts";

/** What the two sides have said, and the state that follows from it; 0 rows when it was in another state. */
export const advanceAgreement = statement<{ id: string; from: string; state: string; issuer_consent: number; redeemer_consent: number }>((db, p) =>
  db
    .updateTable("agreements")
    .set({ state: p("state"), issuer_consent: p("issuer_consent"), redeemer_consent: p("redeemer_consent") })
    .where("id", "=", p("id"))
    .where("state", "=", p("from")),
);
