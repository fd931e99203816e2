import { statement } from "../statement.ts";
import type { LeaseRow } from "../tables.ts";

export const findLease = statement<{ name: string }, LeaseRow>((db, p) => db.selectFrom("leases").selectAll().where("name", "=", p("name")));
