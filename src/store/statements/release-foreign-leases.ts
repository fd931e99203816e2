import { statement } from "../statement.ts";

/** Every other holder is known to be dead. */
export const releaseForeignLeases = statement<{ holder: string }>((db, p) => db.updateTable("leases").set({ lease_until: 0 }).where("holder", "!=", p("holder")));
