import { useMedia } from "../../media/uses.ts";
import { toEntry } from "../../store/rows.ts";
import { recordEvent } from "../../store/ledger.ts";
import type { Executor } from "../../store/store.ts";
import { advanceTrash } from "../../store/statements/advance-trash.ts";
import { closeTrashPart } from "../../store/statements/close-trash-part.ts";
import { deleteConversation } from "../../store/statements/delete-conversation.ts";
import { deleteEntriesThrough } from "../../store/statements/delete-entries-through.ts";
import { deleteSession } from "../../store/statements/delete-session.ts";
import { deleteSize } from "../../store/statements/delete-size.ts";
import { findKeyTrash } from "../../store/statements/find-key-trash.ts";
import { findOpenTrashPart } from "../../store/statements/find-open-trash-part.ts";
import { findSessionWork } from "../../store/statements/find-session-work.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { findSize } from "../../store/statements/find-size.ts";
import { insertTrashPart } from "../../store/statements/insert-trash-part.ts";
import { insertTrash } from "../../store/statements/insert-trash.ts";
import { listEntryPlaces } from "../../store/statements/list-entry-places.ts";
import { listConversations } from "../../store/statements/list-conversations.ts";
import { listRemovedConversations } from "../../store/statements/list-removed-conversations.ts";
import { pageAllEntries } from "../../store/statements/page-all-entries.ts";
import type { EntryRow, TrashPartRow, TrashRow } from "../../store/tables.ts";
import { ASIDES, packEntries } from "./pack.ts";
import type { Reason } from "./plan.ts";

/** What one transaction moves at most; so many characters are packed at once. */
export const MOST_ENTRIES = 500;
const MOST_CONVERSATIONS = 100;
const MOST_CHARS = 1_000_000;
const PAGE = 50;

/** What a step of a removal did to the bytes that are counted. */
export interface Moved {
  readonly freed: number;
  readonly kept: number;
  readonly conversations: readonly { readonly key: string; readonly sessionId: string }[];
}

/** What changes of a row of the trash while a session is moved. */
interface Progress {
  row: TrashRow;
  freed: number;
  kept: number;
  entriesLeft: number;
  conversations: { key: string; sessionId: string }[];
}

async function put(tx: Executor, progress: Progress, part: Omit<TrashPartRow, "trash_id" | "number">): Promise<void> {
  const { row } = progress;
  await tx.run(insertTrashPart, { ...part, trash_id: row.id, number: row.parts });
  progress.kept += part.content.length;
  progress.row = { ...row, parts: row.parts + 1, bytes: row.bytes + part.content.length };
}

async function takeConversations(tx: Executor, progress: Progress): Promise<number> {
  const { session_key: key, at } = progress.row;
  // Somebody may have begun to speak under the key again: that conversation is not the one that was removed.
  const current = (await tx.get(findSession, { key }))?.session_id ?? "";
  const rows = await tx.all(listRemovedConversations, { key, through: at, current, limit: MOST_CONVERSATIONS });
  for (const row of rows) {
    const { session_id } = row;
    await put(tx, progress, { kind: "conversation", session_id, open: row.entry_seq > 0 ? 1 : 0, content: JSON.stringify(row) });
    progress.freed += (await tx.get(findSize, { session_id }))?.bytes ?? 0;
    await tx.run(deleteSize, { session_id });
    await tx.run(deleteConversation, { session_id });
    progress.conversations.push({ key, sessionId: session_id });
  }
  return rows.length;
}

/**
 * Which of these entries are beside the path stays where it is, for when they come back; the trash notes who they are, so that
 * it goes with them when they do not.
 */
async function noteAsides(tx: Executor, progress: Progress, sessionId: string, entries: readonly EntryRow[]): Promise<void> {
  const places = await tx.all(listEntryPlaces, { session_id: sessionId, after: (entries[0]?.seq ?? 0) - 1, limit: entries.length });
  const ids = places.flatMap(({ id, aside }) => (aside === null ? [] : [id]));
  if (ids.length > 0) await put(tx, progress, { kind: ASIDES, session_id: sessionId, open: 0, content: JSON.stringify(ids) });
}

async function readSome(tx: Executor, sessionId: string, limit: number): Promise<{ entries: EntryRow[]; isAll: boolean }> {
  const entries: EntryRow[] = [];
  for (let chars = 0; entries.length < limit && chars < MOST_CHARS; ) {
    const wanted = Math.min(PAGE, limit - entries.length);
    const page = await tx.all(pageAllEntries, { session_id: sessionId, after: entries.at(-1)?.seq ?? -1, limit: wanted });
    entries.push(...page);
    if (page.length < wanted) return { entries, isAll: true };
    chars += page.reduce((sum, { text }) => sum + text.length, 0);
  }
  return { entries, isAll: false };
}

/** Moves some entries; false when there are none left. */
async function takeEntries(tx: Executor, progress: Progress): Promise<boolean> {
  const part = await tx.get(findOpenTrashPart, { trash_id: progress.row.id });
  if (part === undefined) return false;
  const { session_id } = part;
  const { entries, isAll } = await readSome(tx, session_id, progress.entriesLeft);
  const last = entries.at(-1);
  if (last !== undefined) {
    await put(tx, progress, { kind: "entries", session_id, open: 0, content: packEntries(entries) });
    await noteAsides(tx, progress, session_id, entries);
    for (const entry of entries) if (entry.meta !== null) await useMedia(tx, "trash", progress.row.id, toEntry(entry).attachments ?? []);
    await tx.run(deleteEntriesThrough, { session_id, through: last.seq });
  }
  if (isAll) await tx.run(closeTrashPart, { trash_id: part.trash_id, number: part.number });
  progress.row = { ...progress.row, entries: progress.row.entries + entries.length };
  // Long texts fill a transaction as many entries do.
  progress.entriesLeft = isAll ? progress.entriesLeft - entries.length : 0;
  return true;
}

/**
 * Moves a bounded piece of a removed session into the trash; its row there says `kept` when all of it is. What is moved
 * leaves its table in the same transaction: it is always in exactly one place.
 */
export async function moveOn(tx: Executor, row: TrashRow): Promise<Moved> {
  const progress: Progress = { row, freed: 0, kept: 0, entriesLeft: MOST_ENTRIES, conversations: [] };
  const taken = await takeConversations(tx, progress);
  let isThrough = taken < MOST_CONVERSATIONS;
  while (isThrough && (await takeEntries(tx, progress))) isThrough = progress.entriesLeft > 0;
  await tx.run(advanceTrash, { ...progress.row, state: isThrough ? "kept" : "moving" });
  return progress;
}

/**
 * Begins a removal, and ends it where it is small: null when the session is not what was looked at any more, or when
 * something is under way in it (spec 6.3), or when it is pinned or was restored a while ago. Those two are no obstacle to
 * somebody's wish.
 */
export async function removeSession(tx: Executor, found: { readonly key: string; readonly updated_at: number }, reason: Reason, id: string, now: number): Promise<Moved | null> {
  const { key } = found;
  const session = await tx.get(findSession, { key });
  if (session === undefined || session.updated_at !== found.updated_at) return null;
  if ((await tx.get(findSessionWork, { session_key: key })) !== undefined) return null;
  const isWish = reason === "deleted";
  if (!isWish && session.pinned_at !== null) return null;
  if (!isWish && (await tx.get(findKeyTrash, { session_key: key, state: "restored" })) !== undefined) return null;
  // What was imported may be dated ahead of this clock.
  const [newest] = await tx.all(listConversations, { key, limit: 1 });
  const at = Math.max(now, session.updated_at, newest?.began_at ?? 0);
  const row = { id, session_key: key, agent_id: session.agent_id, reason, state: "moving", at, session: JSON.stringify(session) };
  await tx.run(insertTrash, row);
  await tx.run(deleteSession, { key });
  await recordEvent(tx, { at: now, kind: "session.removed", session_key: key, data: { reason, trashId: id, sessionId: session.session_id, updatedAt: session.updated_at } });
  return moveOn(tx, { ...row, entries: 0, parts: 0, bytes: 0 });
}
