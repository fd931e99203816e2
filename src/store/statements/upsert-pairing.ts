import { statement } from "../statement.ts";

/** A sender's request; there is one row for each sender, however often they ask. It is claimed with its one notice. */
export const upsertPairing = statement<{
  channel: string;
  account: string;
  sender_id: string;
  surface: string;
  code: string;
  sender_name: string | null;
  chat: string;
  created_at: number;
  expires_at: number;
}>((db, p) => {
  const request = { code: p("code"), sender_name: p("sender_name"), chat: p("chat"), state: "pending", notified: 1, created_at: p("created_at"), expires_at: p("expires_at") };
  return db
    .insertInto("pairings")
    .values({ channel: p("channel"), account: p("account"), sender_id: p("sender_id"), surface: p("surface"), ...request })
    .onConflict((conflict) => conflict.columns(["channel", "account", "sender_id", "surface"]).doUpdateSet(request));
});
