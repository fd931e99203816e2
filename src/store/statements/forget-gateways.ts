import { statement } from "../statement.ts";

/** Removes the gateways that have been silent since before `before`. */
export const forgetGateways = statement<{ before: number }>((db, p) => db.deleteFrom("gateways").where("lease_until", "<", p("before")));
