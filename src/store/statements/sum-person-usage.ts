import { statement } from "../statement.ts";
import { usageSums } from "./usage-sums.ts";

/** What one person has used on a day, in all their sessions. */
export const sumPersonUsage = statement<{ day: string; who: string }, { turns: number; tokens: number; cost: number }>((db, p) =>
  db.selectFrom("usage_days").select(usageSums).where("day", "=", p("day")).where("who", "=", p("who")),
);
