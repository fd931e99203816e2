import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Channels through which something was being sent when the gateway died. */
export const listInterruptedChannels = statement<object, { channel: string }>((db) =>
  db.selectFrom("outbox").select("channel").distinct().where("state", "=", sql.lit("sending")),
);
