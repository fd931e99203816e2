import { statement } from "../statement.ts";

/** Brings what was set aside back to the path. */
export const rejoinBranch = statement<{ branch: string }>((db, p) => db.deleteFrom("asides").where("branch", "=", p("branch")));
