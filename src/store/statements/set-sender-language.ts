import { statement } from "../statement.ts";

/** What somebody is answered in by the gateway, wherever they have spoken on a channel. */
export const setSenderLanguage = statement<{ channel: string; sender_id: string; language: string | null }>((db, p) =>
  db.updateTable("participants").set({ language: p("language") }).where("channel", "=", p("channel")).where("sender_id", "=", p("sender_id")),
);
