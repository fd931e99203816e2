import { statement } from "../statement.ts";

/** Another state of a change. */
export const settleChange = statement<{ id: string; state: string; settled_at: number | null }>((db, p) =>
  db.updateTable("changes").set({ state: p("state"), settled_at: p("settled_at") }).where("id", "=", p("id")),
);
