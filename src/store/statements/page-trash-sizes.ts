import { statement } from "../statement.ts";

/** What the trash weighs, a page at a time. */
export const pageTrashSizes = statement<{ after: string; limit: number }, { id: string; agent_id: string; bytes: number }>((db, p) =>
  db.selectFrom("trash").select(["id", "agent_id", "bytes"]).where("id", ">", p("after")).orderBy("id").limit(p("limit")),
);
