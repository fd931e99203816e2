import { statement } from "../statement.ts";
import type { SessionRow } from "../tables.ts";

/** A session by its key. */
export const findSession = statement<{ key: string }, SessionRow>((db, p) =>
  db.selectFrom("sessions").selectAll().where("key", "=", p("key")),
);
