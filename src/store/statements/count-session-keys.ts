import { statement } from "../statement.ts";

/** How many sessions the next `limit` keys after one are, and the last of those keys: for counting all, a page at a time. */
export const countSessionKeys = statement<{ after: string; limit: number }, { count: number; last: string | null }>((db, p) =>
  db
    .selectFrom(db.selectFrom("sessions").select("key").where("key", ">", p("after")).orderBy("key").limit(p("limit")).as("page"))
    .select((eb) => [eb.fn.countAll<number>().as("count"), eb.fn.max("page.key").as("last")]),
);
