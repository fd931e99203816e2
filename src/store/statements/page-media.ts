import { statement } from "../statement.ts";

/** Kept files behind one of them. */
export const pageMedia = statement<{ after: string; limit: number }, { hash: string; size: number }>((db, p) =>
  db.selectFrom("media").select(["hash", "size"]).where("hash", ">", p("after")).orderBy("hash").limit(p("limit")),
);
