import { statement } from "../statement.ts";

export const insertAgreement = statement<{
  id: string;
  kind: string;
  code: string;
  state: string;
  issuer_ref: string;
  issuer: string;
  created_at: number;
  expires_at: number;
}>((db, p) =>
  db.insertInto("agreements").values({
    id: p("id"),
    kind: p("kind"),
    code: p("code"),
    state: p("state"),
    issuer_ref: p("issuer_ref"),
    issuer: p("issuer"),
    created_at: p("created_at"),
    expires_at: p("expires_at"),
  }),
);
