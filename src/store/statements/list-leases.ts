import { statement } from "../statement.ts";
import type { LeaseRow } from "../tables.ts";

/** Who holds what, at the moment. */
export const listLeases = statement<{ now: number }, LeaseRow>((db, p) => db.selectFrom("leases").selectAll().where("lease_until", ">", p("now")).orderBy("name"));
