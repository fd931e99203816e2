import { sql } from "kysely";
import { statement } from "../statement.ts";
import { selectSessions, type SessionListRow } from "./session-list.ts";

export interface SessionFilter {
  /** Empty is any, of these three. */
  agent: string;
  channel: string;
  label: string;
  /** Empty is any: private chats alone (`dm`), or all but those (`room`). */
  chat: string;
  /** What the key, the name or the label has in it, for `like`. */
  pattern: string;
  /** What the key looks like: one of both, for `like`. */
  form: string;
  other_form: string;
  /** Whether archived ones are among them: those alone (1), or not at all (0); 2 is both. */
  archived: number;
  since: number;
}

/** Of the `among` sessions before a place in the list, those that pass the filter and are not pinned, newest first. */
export const searchSessions = statement<SessionFilter & { before_at: number; before_key: string; among: number }, SessionListRow>((db, p) =>
  selectSessions(db)
    .where("sessions.key", "in", (eb) =>
      eb
        .selectFrom((inner) =>
          inner
            .selectFrom("sessions")
            .select(["key", "agent_id", "channel", "chat_kind", "display_name", "label", "pinned_at", "archived_at"])
            .where("updated_at", ">=", p("since"))
            .where((row) => row(row.refTuple("updated_at", "key"), "<", row.tuple(p("before_at"), p("before_key"))))
            .orderBy("updated_at", "desc")
            .orderBy("key", "desc")
            .limit(p("among"))
            .as("newest"),
        )
        .select("newest.key")
        .where("newest.pinned_at", "is", null)
        .where((row) => row.or([row(row.val(p("agent")), "=", sql.lit("")), row("newest.agent_id", "=", p("agent"))]))
        .where((row) => row.or([row(row.val(p("channel")), "=", sql.lit("")), row("newest.channel", "=", p("channel"))]))
        .where((row) => row.or([row(row.val(p("label")), "=", sql.lit("")), row("newest.label", "=", p("label"))]))
        .where((row) => row.or([row(row.val(p("chat")), "!=", sql.lit("dm")), row("newest.chat_kind", "=", sql.lit("dm"))]))
        .where((row) => row.or([row(row.val(p("chat")), "!=", sql.lit("room")), row("newest.chat_kind", "!=", sql.lit("dm"))]))
        .where((row) => row.or([row("newest.key", "like", p("form")), row("newest.key", "like", p("other_form"))]))
        .where((row) => row.or([row(row.val(p("archived")), "!=", sql.lit(0)), row("newest.archived_at", "is", null)]))
        .where((row) => row.or([row(row.val(p("archived")), "!=", sql.lit(1)), row("newest.archived_at", "is not", null)]))
        .where((row) =>
          row.or((["newest.key", "newest.display_name", "newest.label"] as const).map((column) => row(row.fn("lower", [column]), "like", row.fn("lower", [row.val(p("pattern"))])))),
        ) as never,
    )
    .orderBy("sessions.updated_at", "desc")
    .orderBy("sessions.key", "desc") as never,
);
