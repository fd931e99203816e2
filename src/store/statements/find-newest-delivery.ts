import { statement } from "../statement.ts";

/** The id that sorts behind all others of the outbox. */
export const findNewestDelivery = statement<Record<never, never>, { id: string }>((db) => db.selectFrom("outbox").select("id").orderBy("id", "desc").limit(1));
