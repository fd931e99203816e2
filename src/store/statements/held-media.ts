import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from "kysely";
import type { Tables } from "../tables.ts";

/** Whether a row of `media_uses` still has its user: what is only gone with its conversation is swept later. */
export function isHeld(eb: ExpressionBuilder<Tables, "media_uses">): ExpressionWrapper<Tables, "media_uses", SqlBool> {
  const used = { item: "inbox", entry: "entries", trash: "trash" } as const;
  return eb.or(
    Object.entries(used).map(([kind, table]) =>
      eb.and([eb("media_uses.kind", "=", kind), eb.exists(eb.selectFrom(table).select(`${table}.id` as "inbox.id").whereRef(`${table}.id` as "inbox.id", "=", "media_uses.id"))]),
    ),
  );
}
