import { setImmediate as nextTurn } from "node:timers/promises";
import type { ConversationUsage } from "../../store/rows.ts";
import type { ConversationRow, EntryRow, SessionRow } from "../../store/tables.ts";
import { previewOf } from "../transcript.ts";
import { entryRow, type SaidAt } from "./entries.ts";
import { storable } from "./fields.ts";
import type { PlannedConversation, PlannedSession } from "./plan.ts";
import type { ReadRow } from "./row.ts";
import type { Placed, Transcript } from "./transcript.ts";
import type { WholeConversation } from "./write.ts";

const EMPTY: Transcript = { beganAt: null, entries: [], onPath: new Set(), passedOver: new Map(), missing: 0, named: 0 };

function usageOf(row: ReadRow | null, shown: readonly Placed[]): string | null {
  const last = shown.findLast(({ said }) => said.usage !== null)?.said.usage;
  const counted = last ? { input: last.input, output: last.output, total: last.input === null ? null : last.input + (last.cacheRead ?? 0) + (last.cacheWrite ?? 0) } : null;
  const usage: ConversationUsage | null = row?.tokens ?? counted;
  return usage === null ? null : JSON.stringify(usage);
}

interface Times {
  readonly began: number;
  readonly ended: number;
}

function timesOf(row: ReadRow | null, { transcript }: PlannedConversation, read: Transcript, now: number): Times {
  const last = read.entries.at(-1)?.at ?? null;
  const began = row?.startedAt ?? read.beganAt ?? row?.createdAt ?? row?.updatedAt ?? transcript?.putAway?.at ?? now;
  return { began, ended: transcript?.putAway?.at ?? last ?? row?.updatedAt ?? began };
}

function conversationRow(key: string, planned: PlannedConversation, read: Transcript, now: number, lastId: string | null): ConversationRow {
  const { sessionId, row, transcript, isCurrent } = planned;
  const shown = read.entries.filter(({ seq }) => read.onPath.has(seq));
  const { began, ended } = timesOf(row, planned, read, now);
  const folds = shown.filter(({ said }) => said.compaction !== null && said.kept?.type === undefined);
  const first = shown.find(({ said }) => said.role === "user");
  return {
    session_id: sessionId,
    key,
    began_at: began,
    began_reason: "imported",
    ended_at: isCurrent ? null : ended,
    ended_reason: isCurrent ? null : transcript?.putAway?.kind === "reset" ? "reset" : "imported",
    entry_seq: read.entries.length,
    leaf_id: lastId,
    message_count: transcript === null ? (row?.messages ?? 0) : shown.filter(({ said }) => said.role === "user" || said.role === "assistant").length,
    preview: first === undefined ? null : storable(previewOf(first.said.text)),
    usage: usageOf(row, shown),
    amends: 0,
    title: null,
    forked_from: null,
    compactions: Math.max(row?.compactions.count ?? 0, folds.length),
    compacted_at: folds.at(-1)?.at ?? row?.compactions.at ?? null,
  };
}

const json = (value: object): string | null => (Object.keys(value).length === 0 ? null : JSON.stringify(value));

function sessionRow({ place, row, isStray }: PlannedSession, planned: PlannedConversation, conversation: ConversationRow, read: Transcript): SessionRow {
  const updated = row?.updatedAt ?? read.entries.at(-1)?.at ?? conversation.began_at;
  return {
    key: place.key,
    agent_id: place.agentId,
    session_id: planned.sessionId,
    chat_kind: place.chatKind,
    channel: place.channel,
    display_name: row?.displayName ?? null,
    label: row?.label ?? null,
    audience: place.audience,
    created_at: row?.createdAt ?? conversation.began_at,
    updated_at: updated,
    interaction_at: row?.interactionAt ?? conversation.began_at,
    model_override: row?.model.override ?? null,
    model_last: row?.model.last ?? null,
    last_route: row?.lastRoute ? JSON.stringify(row.lastRoute) : null,
    dock: null,
    queue: json(row?.queue ?? {}),
    choices: json(row?.choices ?? {}),
    pinned_at: row?.marks.pinnedAt ?? null,
    pointed_at: null,
    // Nobody can say whose it is: it is kept, and found by whoever asks for it.
    archived_at: row?.marks.archivedAt ?? (isStray ? updated : null),
  };
}

const ENTRIES_AT_ONCE = 500;

async function rowsOf(at: SaidAt, { entries }: Transcript): Promise<EntryRow[]> {
  const rows: EntryRow[] = [];
  for (const entry of entries) {
    rows.push(entryRow(at, entry));
    if (rows.length % ENTRIES_AT_ONCE === 0) await nextTurn();
  }
  return rows;
}

/** A planned conversation with what its transcript says, as the store is to have it. */
export async function wholeOf(session: PlannedSession, planned: PlannedConversation, transcript: Transcript | null, now: number): Promise<WholeConversation> {
  const read = transcript ?? EMPTY;
  const { place } = session;
  const route = planned.row?.lastRoute ?? session.row?.lastRoute ?? null;
  const at: SaidAt = { place, sessionId: planned.sessionId, chat: route !== null && route.channel === place.channel && place.chatKind === "dm" && place.audience !== "owner" ? route.chat : null };
  const entries = await rowsOf(at, read);
  const lastShown = read.entries.findLast(({ seq }) => read.onPath.has(seq));
  const row = conversationRow(place.key, planned, read, now, lastShown === undefined ? null : (entries[lastShown.seq - 1]?.id ?? null));
  return {
    row,
    entries,
    asides: new Set(entries.filter(({ seq }) => !read.onPath.has(seq)).map(({ id }) => id)),
    session: planned.isCurrent ? sessionRow(session, planned, row, read) : null,
  };
}
