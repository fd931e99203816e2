import { statement } from "../statement.ts";

/** It is done: who it was is not kept any longer. */
export const settleErasure = statement<{ n: number; ended_at: number; certificate: string }>((db, p) =>
  db.updateTable("erasures").set({ state: "done", ended_at: p("ended_at"), certificate: p("certificate"), subject: null }).where("n", "=", p("n")).where("state", "=", "running"),
);
