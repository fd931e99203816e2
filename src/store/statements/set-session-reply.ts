import { statement } from "../statement.ts";

/** What a committed reply changes of its session. */
export const setSessionReply = statement<{ key: string; updated_at: number; model_last: string | null }>((db, p) =>
  db
    .updateTable("sessions")
    .set((eb) => ({
      updated_at: p("updated_at"),
      model_last: eb.fn.coalesce(eb.cast<string | null>(eb.val(p("model_last")), "text"), eb.ref("model_last")),
    }))
    .where("key", "=", p("key")),
);
