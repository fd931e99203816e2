import { statement } from "../statement.ts";

/** How many session ids a key has had. */
export const countConversations = statement<{ key: string }, { count: number }>((db, p) =>
  db.selectFrom("conversations").select((eb) => eb.fn.countAll<number>().as("count")).where("key", "=", p("key")),
);
