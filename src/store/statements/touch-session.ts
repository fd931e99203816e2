import { statement } from "../statement.ts";

/** What an inbound message changes of its session (spec 5.2); a null route or name keeps the old one. */
export const touchSession = statement<{
  key: string;
  updated_at: number;
  interaction_at: number;
  last_route: string | null;
  display_name: string | null;
}>((db, p) =>
  db
    .updateTable("sessions")
    .set((eb) => ({
      updated_at: p("updated_at"),
      interaction_at: p("interaction_at"),
      // Somebody speaks there again.
      archived_at: null,
      last_route: eb.fn.coalesce(eb.cast<string | null>(eb.val(p("last_route")), "text"), eb.ref("last_route")),
      display_name: eb.fn.coalesce(eb.cast<string | null>(eb.val(p("display_name")), "text"), eb.ref("display_name")),
    }))
    .where("key", "=", p("key")),
);
