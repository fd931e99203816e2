import { statement } from "../statement.ts";

/** Counts that something in a conversation says something else now; its preview follows where it was made of that. */
export const countAmend = statement<{ session_id: string; old_preview: string; preview: string }>((db, p) =>
  db
    .updateTable("conversations")
    .set((eb) => ({
      amends: eb("amends", "+", 1),
      preview: eb.case().when("preview", "=", p("old_preview")).then(p("preview")).else(eb.ref("preview")).end(),
    }))
    .where("session_id", "=", p("session_id")),
);
