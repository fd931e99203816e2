import { statement } from "../statement.ts";

/** The key stands for itself again. */
export const deleteKeyAlias = statement<{ from_key: string }>((db, p) => db.deleteFrom("key_aliases").where("from_key", "=", p("from_key")));
