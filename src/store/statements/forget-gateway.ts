import { statement } from "../statement.ts";

/** A gateway leaves in order. */
export const forgetGateway = statement<{ id: string }>((db, p) => db.deleteFrom("gateways").where("id", "=", p("id")));
