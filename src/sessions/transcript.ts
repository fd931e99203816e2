import type { Attribution, Compaction, DropReason, Entry, Role } from "../domain/entry.ts";
import type { Attachment } from "../domain/message.ts";
import type { Ids } from "../domain/ids.ts";
import { contextOf, UNKNOWN_USAGE, type Usage } from "../domain/usage.ts";
import { useMedia } from "../media/uses.ts";
import type { Executor } from "../store/store.ts";
import { advanceConversation } from "../store/statements/advance-conversation.ts";
import { findConversationEnd } from "../store/statements/find-conversation-end.ts";
import { insertEntry } from "../store/statements/insert-entry.ts";
import { listEntriesAfter } from "../store/statements/list-entries-after.ts";
import { listLatestEntries } from "../store/statements/list-latest-entries.ts";
import { setSessionReply } from "../store/statements/set-session-reply.ts";
import { toEntry, type ConversationUsage } from "../store/rows.ts";

/** What is to be appended; its place in the transcript is given by `appendEntries`. */
export interface NewEntry {
  readonly role: Role;
  readonly text: string;
  readonly at: number;
  readonly turnId: string | null;
  readonly from: Attribution;
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly stopReason: string | null;
  readonly canary?: string | null;
  /** The platform's id of what a person said: by it they change it, or take it back. */
  readonly messageId?: string | null;
  readonly queued?: number | null;
  readonly dropped?: DropReason | null;
  readonly event?: boolean | null;
  readonly compaction?: Compaction | null;
  readonly attachments?: readonly Attachment[] | null;
}

const PREVIEW_LENGTH = 120;

/** How a conversation is shown in lists: by the beginning of what was said first. */
export function previewOf(text: string): string {
  return text.slice(0, PREVIEW_LENGTH);
}

/**
 * Appends in order and counts them. Where the conversation ends is read here and now: an edit or a rewind may have moved
 * that since its turn began.
 */
export async function appendEntries(
  tx: Executor,
  target: { readonly key: string; readonly sessionId: string },
  entries: readonly NewEntry[],
  ids: Ids,
): Promise<Entry[]> {
  const appended: Entry[] = [];
  const end = entries.length === 0 ? undefined : await tx.get(findConversationEnd, { session_id: target.sessionId });
  let parentId = end?.leaf_id ?? null;
  for (const [index, entry] of entries.entries()) {
    const placed: Entry = { ...entry, id: ids.next(), parentId, sessionId: target.sessionId, seq: (end?.entry_seq ?? 0) + index + 1 };
    await tx.run(insertEntry, { ...entryParams(placed, target.key), message_id: entry.messageId ?? null });
    await useMedia(tx, "entry", placed.id, placed.attachments ?? []);
    appended.push(placed);
    parentId = placed.id;
  }
  if (parentId === null) return appended;
  const messages = entries.filter((entry) => entry.role === "user" || entry.role === "assistant").length;
  const firstSaid = entries.find((entry) => entry.role === "user");
  await tx.run(advanceConversation, {
    session_id: target.sessionId,
    entries: entries.length,
    leaf_id: parentId,
    messages,
    preview: firstSaid === undefined ? null : previewOf(firstSaid.text),
    usage: usageOf(entries),
  });
  return appended;
}

function entryParams(entry: Entry, key: string) {
  const { from } = entry;
  return {
    session_id: entry.sessionId,
    seq: entry.seq,
    id: entry.id,
    session_key: key,
    parent_id: entry.parentId,
    turn_id: entry.turnId,
    role: entry.role,
    text: entry.text,
    at: entry.at,
    channel: from.address.channel,
    account: from.address.account,
    chat: from.address.chat,
    thread: from.address.thread,
    sender_id: from.senderId,
    sender_name: from.senderName,
    person: from.person,
    audience: from.audience,
    model: entry.model,
    meta: metaOf(entry),
  };
}

/** What only some entries have. */
function metaOf({ usage, stopReason, canary, queued, dropped, event, compaction, attachments }: Entry): string | null {
  const known = Object.entries({ usage, stopReason, canary, queued, dropped, event, compaction, attachments }).filter(([, value]) => value !== null && value !== undefined);
  return known.length === 0 ? null : JSON.stringify(Object.fromEntries(known));
}

/**
 * `total` is the context's fill: what the last request held (spec 3.3). An answer of which nothing was reported makes all of
 * it unknown: the figures of the one before are not its own (P35).
 */
function usageOf(entries: readonly NewEntry[]): string | null {
  const answer = entries.findLast(({ role }) => role === "assistant");
  if (!answer) return null;
  const usage = answer.usage ?? UNKNOWN_USAGE;
  const { input, output, cacheRead, cacheWrite } = usage;
  const counted: ConversationUsage = { input, output, total: contextOf(usage), cacheRead, cacheWrite };
  return JSON.stringify(counted);
}

/** The row's part of a committed reply. A fallback model is only `last`, never the override (P36). */
export async function recordReply(tx: Executor, key: string, model: string | null, now: number): Promise<void> {
  await tx.run(setSessionReply, { key, updated_at: now, model_last: model });
}

/** The newest `limit` entries before `before`, oldest first. */
export async function readLatest(store: Executor, sessionId: string, limit: number, before = Number.MAX_SAFE_INTEGER): Promise<Entry[]> {
  const rows = await store.all(listLatestEntries, { session_id: sessionId, before, limit });
  return rows.map(toEntry).toReversed();
}

/** Entries after a position, oldest first. */
export async function readAfter(store: Executor, sessionId: string, after: number, limit: number): Promise<Entry[]> {
  const rows = await store.all(listEntriesAfter, { session_id: sessionId, after, limit });
  return rows.map(toEntry);
}
