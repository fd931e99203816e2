import { sql, type ExpressionBuilder } from "kysely";
import type { Tables } from "../tables.ts";

/** What a day took; PostgreSQL sums whole numbers into decimals, so each is made a whole number again. */
export function usageSums(eb: ExpressionBuilder<Tables, "usage_days">) {
  const sum = (column: "turns" | "tokens" | "cost") => eb.cast<number>(eb.fn.coalesce(eb.fn.sum<number>(column), sql.lit(0)), "bigint").as(column);
  return [sum("turns"), sum("tokens"), sum("cost")];
}
