import { statement } from "../statement.ts";
import { usageSums } from "./usage-sums.ts";

/** What was used in one session from a day on, by all who speak there. */
export const sumSessionUsageSince = statement<{ since: string; session_key: string }, { turns: number; tokens: number; cost: number }>((db, p) =>
  db.selectFrom("usage_days").select(usageSums).where("day", ">=", p("since")).where("session_key", "=", p("session_key")),
);
