import { sql } from "kysely";
import { statement } from "../statement.ts";

/** How far what was set aside reaches, and how many messages are in it. */
export const measureBranch = statement<{ branch: string }, { last: number | null; messages: number | null }>((db, p) =>
  db
    .selectFrom("asides")
    .innerJoin("entries", "entries.id", "asides.entry_id")
    .select((eb) => [
      eb.fn.max<number | null>("entries.seq").as("last"),
      sql<number | null>`sum(case when entries.role in ('user', 'assistant') then 1 else 0 end)`.as("messages"),
    ])
    .where("asides.branch", "=", p("branch")),
);
