import { statement } from "../statement.ts";

/** Takes a key away; what was said under it is elsewhere by then. */
export const deleteSession = statement<{ key: string }>((db, p) => db.deleteFrom("sessions").where("key", "=", p("key")));
