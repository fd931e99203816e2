import { statement } from "../statement.ts";

/** The certificate says it all. */
export const deleteErasureParts = statement<{ erasure: number }>((db, p) => db.deleteFrom("erasure_parts").where("erasure", "=", p("erasure")));
