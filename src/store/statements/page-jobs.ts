import { statement } from "../statement.ts";
import type { JobRow } from "../tables.ts";

/** Jobs in the order of their ids, which is that of their making. */
export const pageJobs = statement<{ after: string; limit: number }, JobRow>((db, p) => db.selectFrom("jobs").selectAll().where("id", ">", p("after")).orderBy("id").limit(p("limit")));
