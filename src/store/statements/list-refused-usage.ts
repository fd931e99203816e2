import { statement } from "../statement.ts";
import type { UsageRow } from "../tables.ts";

/** Who was refused something on a day because a limit was reached, the most often first. */
export const listRefusedUsage = statement<{ day: string; limit: number }, UsageRow>((db, p) =>
  db.selectFrom("usage_days").selectAll().where("day", "=", p("day")).where("refused", ">", 0).orderBy("refused", "desc").orderBy("who").orderBy("session_key").limit(p("limit")),
);
