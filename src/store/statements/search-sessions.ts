import { sql } from "kysely";
import { statement } from "../statement.ts";
import { selectSessions, type SessionListRow } from "./session-list.ts";

/** Of the `among` sessions before a place in the list, those whose key or name has the pattern in it, newest first. An empty agent is any. */
export const searchSessions = statement<
  { agent: string; pattern: string; since: number; before_at: number; before_key: string; among: number },
  SessionListRow
>((db, p) =>
  selectSessions(db)
    .where("sessions.key", "in", (eb) =>
      eb
        .selectFrom((inner) =>
          inner
            .selectFrom("sessions")
            .select(["key", "agent_id", "display_name", "label"])
            .where("updated_at", ">=", p("since"))
            .where((row) => row(row.refTuple("updated_at", "key"), "<", row.tuple(p("before_at"), p("before_key"))))
            .orderBy("updated_at", "desc")
            .orderBy("key", "desc")
            .limit(p("among"))
            .as("newest"),
        )
        .select("newest.key")
        .where((row) => row.or([row(row.val(p("agent")), "=", sql.lit("")), row("newest.agent_id", "=", p("agent"))]))
        .where((row) =>
          row.or((["newest.key", "newest.display_name", "newest.label"] as const).map((column) => row(row.fn("lower", [column]), "like", row.fn("lower", [row.val(p("pattern"))])))),
        ) as never,
    )
    .orderBy("sessions.updated_at", "desc")
    .orderBy("sessions.key", "desc") as never,
);
