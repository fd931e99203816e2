import { statement } from "../statement.ts";

/** Lets go of a lease before it runs out; whoever has it by then keeps it. */
export const releaseLease = statement<{ name: string; holder: string }>((db, p) =>
  db.updateTable("leases").set({ lease_until: 0 }).where("name", "=", p("name")).where("holder", "=", p("holder")),
);
