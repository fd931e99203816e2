import { statement } from "../statement.ts";
import type { UsageRow } from "../tables.ts";

/** Adds to what somebody has used in a session on a day. */
export const addUsage = statement<UsageRow>((db, p) =>
  db
    .insertInto("usage_days")
    .values({ day: p("day"), who: p("who"), session_key: p("session_key"), turns: p("turns"), tokens: p("tokens"), cost: p("cost"), refused: p("refused") })
    .onConflict((conflict) =>
      conflict.columns(["day", "who", "session_key"]).doUpdateSet((eb) => ({
        turns: eb("usage_days.turns", "+", eb.ref("excluded.turns")),
        tokens: eb("usage_days.tokens", "+", eb.ref("excluded.tokens")),
        cost: eb("usage_days.cost", "+", eb.ref("excluded.cost")),
        refused: eb("usage_days.refused", "+", eb.ref("excluded.refused")),
      })),
    ),
);
