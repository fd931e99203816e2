import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/**
 * The items that a platform's message id, or a run's id, names, the newest first. Several chats may count alike. The
 * inner queries find them in an index alone, which holds less than the messages do.
 */
export const findInboxByMessage = statement<{ name: string; limit: number }, InboxRow>((db, p) =>
  db
    .selectFrom("inbox")
    .selectAll()
    .where((eb) =>
      eb.or([
        eb("seq", "in", eb.selectFrom("inbox as said").select("said.seq").where("said.message_id", "=", p("name"))),
        eb("seq", "in", eb.selectFrom("inbox as run").select("run.seq").where("run.run_id", "=", p("name"))),
      ]),
    )
    .orderBy("seq", "desc")
    .limit(p("limit")),
);
