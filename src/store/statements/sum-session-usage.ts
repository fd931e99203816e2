import { statement } from "../statement.ts";
import { usageSums } from "./usage-sums.ts";

/** What was used in one session on a day, by all who speak there. */
export const sumSessionUsage = statement<{ day: string; session_key: string }, { turns: number; tokens: number; cost: number }>((db, p) =>
  db.selectFrom("usage_days").select(usageSums).where("day", "=", p("day")).where("session_key", "=", p("session_key")),
);
