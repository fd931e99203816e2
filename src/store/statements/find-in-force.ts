import { statement } from "../statement.ts";
import type { InForceRow } from "../tables.ts";

/** What decides at the moment. */
export const findInForce = statement<{ name: string }, InForceRow>((db, p) => db.selectFrom("in_force").selectAll().where("name", "=", p("name")));
