import { statement } from "../statement.ts";

/** The draft is gone on the platform: what is sent from now on is a message of its own. */
export const dropDraft = statement<{ id: string }>((db, p) => db.updateTable("outbox").set({ draft: null }).where("id", "=", p("id")));
