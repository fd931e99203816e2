import { statement } from "../statement.ts";

/** The same as `countSessionKeys` for the sessions of one agent. */
export const countAgentSessionKeys = statement<{ agent: string; after: string; limit: number }, { count: number; last: string | null }>((db, p) =>
  db
    .selectFrom(
      db.selectFrom("sessions").select("key").where("agent_id", "=", p("agent")).where("key", ">", p("after")).orderBy("key").limit(p("limit")).as("page"),
    )
    .select((eb) => [eb.fn.countAll<number>().as("count"), eb.fn.max("page.key").as("last")]),
);
