import { statement } from "../statement.ts";
import type { ReadMarkRow } from "../tables.ts";

/** How far somebody had read on a device. */
export const findReadMark = statement<Pick<ReadMarkRow, "session_key" | "who" | "device">, ReadMarkRow>((db, p) =>
  db.selectFrom("read_marks").selectAll().where("session_key", "=", p("session_key")).where("who", "=", p("who")).where("device", "=", p("device")),
);
