import { statement } from "../statement.ts";

/** The number of the message that was accepted last; null when there is none. */
export const findNewestItem = statement<object, { seq: number | null }>((db) =>
  db.selectFrom("inbox").select((eb) => eb.fn.max("seq").as("seq")),
);
