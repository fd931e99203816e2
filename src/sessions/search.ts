import { setImmediate as nextTurn } from "node:timers/promises";
import type { ChatKind } from "../domain/message.ts";
import type { Executor } from "../store/store.ts";
import { listAgentSessions } from "../store/statements/list-agent-sessions.ts";
import { listPinnedSessions } from "../store/statements/list-pinned-sessions.ts";
import { listShownSessions } from "../store/statements/list-shown-sessions.ts";
import { searchSessions } from "../store/statements/search-sessions.ts";
import type { SessionListRow } from "../store/statements/session-list.ts";
import { skipSessions } from "../store/statements/skip-sessions.ts";
import { isOfKind } from "./kinds.ts";

/** What is looked for among the sessions; a field that is empty matches all. */
export interface Search {
  readonly agent: string;
  readonly since: number;
  /** Part of the key, the name or the label, in any case. */
  readonly text: string;
  readonly kind: string;
  readonly channel: string;
  readonly label: string;
  readonly archived: "without" | "only" | "all";
  /** Only what is pinned. */
  readonly pinned: boolean;
}

/** Every session there is, for whoever names the fields that matter to them. */
export const EVERY_SESSION: Search = { agent: "", since: 0, text: "", kind: "", channel: "", label: "", archived: "all", pinned: false };

/** Sessions that are looked through before others are let in. */
const AMONG = 500;
/** Whoever pins more has no use for it. */
const MOST_PINNED = 500;
const END = { before_at: Number.MAX_SAFE_INTEGER, before_key: "" };
const ARCHIVED = { without: 0, only: 1, all: 2 } as const;

interface Form {
  readonly chat: "" | "dm" | "room";
  readonly form: string;
  readonly other_form: string;
}

/** What the store can tell of a kind, so that few of the others are read; whether it is one is asked of each (`isOfKind`). */
function formOf(kind: string): Form {
  const like = (form: string, other_form = form, chat: Form["chat"] = ""): Form => ({ chat, form, other_form });
  if (kind === "thread") return like("%:thread:%", "%:topic:%");
  if (kind === "cron" || kind === "hook" || kind === "subagent") return like(`agent:%:${kind}:%`, `${kind}:%`);
  if (kind === "global") return like("global");
  return like("%", "%", kind === "" ? "" : kind === "dm" || kind === "direct" ? "dm" : "room");
}

/** Every session, newest first, as the indexes have them. */
export function isPlain({ text, kind, channel, label, archived, pinned }: Search): boolean {
  return !pinned && archived === "without" && text + kind + channel + label === "";
}

function fits(row: SessionListRow, { text, agent, kind, channel, label, archived }: Search): boolean {
  const isWanted = archived === "all" || (row.archived_at !== null) === (archived === "only");
  const isThere = [row.key, row.display_name, row.label].some((value) => value?.toLowerCase().includes(text.toLowerCase()));
  const same = (wanted: string, value: string | null): boolean => wanted === "" || wanted === value;
  return isWanted && isThere && same(agent, row.agent_id) && same(channel, row.channel) && same(label, row.label) && isKind(row, kind);
}

function isKind(row: SessionListRow, kind: string): boolean {
  return kind === "" || isOfKind(kind, row.key, row.chat_kind as ChatKind);
}

/** Those that pass the filter and are not pinned, newest first, until there are `wanted`. */
async function walk(store: Executor, search: Search, wanted: number): Promise<SessionListRow[]> {
  const { agent, since, text, channel, label, kind } = search;
  const filter = { agent, channel, label, since, pattern: `%${text}%`, archived: ARCHIVED[search.archived], ...formOf(kind) };
  const found: SessionListRow[] = [];
  for (let before = END; ; ) {
    const rows = await store.all(searchSessions, { ...filter, ...before, among: AMONG });
    // A percent sign that somebody typed is no more than that: `like` finds too much, and each row is asked again.
    found.push(...rows.filter((row) => fits(row, search)));
    const last = await store.get(skipSessions, { since, ...before, skipped: AMONG - 1 });
    if (last === undefined || found.length >= wanted) return found.slice(0, wanted);
    before = { before_at: last.updated_at, before_key: last.key };
    await nextTurn();
  }
}

/** A page of the sessions that pass the filter: what is pinned comes first, then the newest. */
export async function findSessions(store: Executor, search: Search, { limit, offset }: { readonly limit: number; readonly offset: number }): Promise<SessionListRow[]> {
  const { agent, since } = search;
  const pinned = (await store.all(listPinnedSessions, { since, limit: MOST_PINNED })).filter((row) => fits(row, search));
  const first = pinned.slice(offset, offset + limit);
  const left = limit - first.length;
  if (left === 0 || search.pinned) return first;
  const after = Math.max(0, offset - pinned.length);
  if (!isPlain(search)) return [...first, ...(await walk(store, search, after + left)).slice(after)];
  const page = { since, limit: left, offset: after };
  return [...first, ...(agent === "" ? await store.all(listShownSessions, page) : await store.all(listAgentSessions, { agent, ...page }))];
}
