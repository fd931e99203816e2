import { statement } from "../statement.ts";
import type { ErasureRow } from "../tables.ts";

/** Notes that somebody is being erased. */
export const insertErasure = statement<Pick<ErasureRow, "n" | "began_at" | "version" | "salt" | "subject">>((db, p) =>
  db.insertInto("erasures").values({ n: p("n"), state: "running", began_at: p("began_at"), version: p("version"), salt: p("salt"), subject: p("subject") }),
);
