import { statement } from "../statement.ts";
import type { MediaRow } from "../tables.ts";

export const findMedia = statement<{ hash: string }, MediaRow>((db, p) => db.selectFrom("media").selectAll().where("hash", "=", p("hash")));
