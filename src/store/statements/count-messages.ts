import { sql } from "kysely";
import { statement } from "../statement.ts";
import { onPath } from "./on-path.ts";

/** How many messages of people and agents stand on the path after a position. */
export const countMessages = statement<{ session_id: string; after: number }, { count: number }>((db, p) =>
  db
    .selectFrom("entries")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("session_id", "=", p("session_id"))
    .where("seq", ">", p("after"))
    .where("role", "in", [sql.lit("user"), sql.lit("assistant")])
    .where(onPath),
);
