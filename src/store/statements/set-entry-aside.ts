import { statement } from "../statement.ts";
import type { AsideRow } from "../tables.ts";

/** Takes one entry off the path. */
export const setEntryAside = statement<AsideRow>((db, p) => db.insertInto("asides").values({ entry_id: p("entry_id"), branch: p("branch") }));
