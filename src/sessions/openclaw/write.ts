import { holdSent } from "../../media/uses.ts";
import { toEntry } from "../../store/rows.ts";
import type { Executor, Store } from "../../store/store.ts";
import { recordEvent } from "../../store/ledger.ts";
import { advanceConversation } from "../../store/statements/advance-conversation.ts";
import { deleteAsidesThrough } from "../../store/statements/delete-asides-through.ts";
import { deleteEntriesThrough } from "../../store/statements/delete-entries-through.ts";
import { findConversation } from "../../store/statements/find-conversation.ts";
import { findNewestEntry } from "../../store/statements/find-newest-entry.ts";
import { findSessionWork } from "../../store/statements/find-session-work.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { insertEntry } from "../../store/statements/insert-entry.ts";
import { pageAllEntries } from "../../store/statements/page-all-entries.ts";
import { setEntryAside } from "../../store/statements/set-entry-aside.ts";
import { putConversation } from "../../store/statements/put-conversation.ts";
import { putSession } from "../../store/statements/put-session.ts";
import { upsertParticipant } from "../../store/statements/upsert-participant.ts";
import type { ConversationRow, EntryRow, SessionRow } from "../../store/tables.ts";
import { createDigest } from "./digest.ts";

/** One conversation as it is to stand in the store. */
export interface WholeConversation {
  readonly row: ConversationRow;
  readonly entries: readonly EntryRow[];
  /** Of the entries that are not on the shown path. */
  readonly asides: ReadonlySet<string>;
  /** The session that it is the current conversation of; null: it is an earlier one. */
  readonly session: SessionRow | null;
}

export type Written =
  /** All of it is new. */
  | { readonly kind: "added"; readonly entries: number; readonly isCurrent: boolean }
  /** What was said since the last import. */
  | { readonly kind: "grown"; readonly entries: number }
  | { readonly kind: "there" }
  /** It went on here and there: what is new in the source was left out. */
  | { readonly kind: "parted"; readonly entries: number };

/** What one transaction writes at most. */
const MOST_ENTRIES = 200;
const MOST_CHARS = 500_000;

/** What set imported branches aside. */
const BRANCH = "imported";

/** An entry that was exported came back with the id that it has in the file. */
function isSame(stored: string, entry: EntryRow | undefined): boolean {
  return entry !== undefined && (stored === entry.id || `${entry.session_id}.${stored}` === entry.id);
}

/** Errors: MEDIA_GONE, where what came along was taken back by somebody else meanwhile: the next run brings it again. */
async function putEntry(tx: Executor, entry: EntryRow, now: number): Promise<void> {
  await tx.run(insertEntry, entry);
  if (entry.meta !== null) await holdSent(tx, "entry", entry.id, toEntry(entry).attachments ?? [], now);
}

async function writeEntries(store: Store, { row, entries, asides }: WholeConversation, from: number, now: number, onEntries: (count: number) => void): Promise<void> {
  for (let next = from; next < entries.length; ) {
    const some: EntryRow[] = [];
    for (let chars = 0; next < entries.length && some.length < MOST_ENTRIES && chars < MOST_CHARS; next++) {
      const entry = entries[next];
      if (entry === undefined) break;
      chars += entry.text.length + (entry.meta?.length ?? 0);
      some.push(entry);
    }
    await store.transaction(async (tx) => {
      for (const entry of some) {
        await putEntry(tx, entry, now);
        if (asides.has(entry.id)) await tx.run(setEntryAside, { entry_id: entry.id, branch: BRANCH });
      }
    }, row.key);
    onEntries(some.length);
  }
}

/** How far a run that was killed has come. What it wrote of another state of the source is written anew. */
async function resumeAt(store: Store, { row, entries }: WholeConversation): Promise<number> {
  const last = await store.get(findNewestEntry, { session_id: row.session_id });
  if (last === undefined) return 0;
  if (last.seq <= entries.length && entries[last.seq - 1]?.id === last.id && last.session_key === row.key) return last.seq;
  for (let through = MOST_ENTRIES; ; through += MOST_ENTRIES) {
    const upto = Math.min(through, last.seq);
    await store.transaction(async (tx) => {
      await tx.run(deleteAsidesThrough, { session_id: row.session_id, through: upto });
      await tx.run(deleteEntriesThrough, { session_id: row.session_id, through: upto });
    }, row.key);
    if (upto === last.seq) return 0;
  }
}

/** Who spoke, from where: what the maps and the plans are read from. */
async function noteSpeakers(tx: Executor, { row, entries }: Pick<WholeConversation, "row" | "entries">, chatKind: string, after: number): Promise<void> {
  const said = entries.slice(after).filter((entry) => entry.role === "user" && entry.sender_id !== "");
  for (const theirs of Map.groupBy(said, ({ sender_id }) => sender_id).values()) {
    const last = theirs.at(-1);
    if (last === undefined) continue;
    const { channel, account, chat, thread, sender_id, sender_name } = last;
    await tx.run(upsertParticipant, {
      ...{ session_key: row.key, channel, account, chat, thread, thread_key: thread ?? "", sender_id, sender_name, chat_kind: chatKind },
      ...{ explicit: 0, place: null, messages: theirs.length, last_at: last.at, canary: null, language: null },
    });
  }
}

async function finish(store: Store, whole: WholeConversation, chatKind: string, now: number): Promise<boolean> {
  const { row, session } = whole;
  return store.transaction(async (tx) => {
    const standing = await tx.get(findSession, { key: row.key });
    const isCurrent = session !== null && standing === undefined;
    const ended = { ...row, ended_at: row.ended_at ?? now, ended_reason: row.ended_reason ?? "imported" };
    await tx.run(putConversation, isCurrent ? row : ended);
    if (isCurrent) await tx.run(putSession, session);
    await noteSpeakers(tx, whole, chatKind, 0);
    await recordEvent(tx, { at: now, kind: "session.imported", session_key: row.key, data: { sessionId: row.session_id, entries: row.entry_seq, isCurrent } });
    return isCurrent;
  }, row.key);
}

/** What the source has said since: it is added as long as nothing was said here. */
async function grow(store: Store, stored: ConversationRow, whole: WholeConversation, chatKind: string, now: number): Promise<Written> {
  const { entries, row } = whole;
  const more = entries.slice(stored.entry_seq);
  const last = stored.entry_seq === 0 ? undefined : await store.get(findNewestEntry, { session_id: row.session_id });
  const follows = stored.entry_seq === 0 || (last !== undefined && isSame(last.id, entries[stored.entry_seq - 1]));
  if (more.length === 0) return { kind: "there" };
  const turns = more.some(({ id }) => whole.asides.has(id)) || entries.slice(0, stored.entry_seq).some(({ id }) => whole.asides.has(id));
  if (!follows || turns || stored.key !== row.key || more.length > MOST_ENTRIES) return { kind: "parted", entries: more.length };
  const isAdded = await store.transaction(async (tx) => {
    // What runs has counted the entries already: it would write where these stand.
    if ((await tx.get(findSessionWork, { session_key: row.key })) !== undefined) return false;
    const standing = await tx.get(findConversation, { session_id: row.session_id });
    if (standing?.entry_seq !== stored.entry_seq) return false;
    for (const entry of more) await putEntry(tx, entry, now);
    const messages = more.filter(({ role }) => role === "user" || role === "assistant").length;
    await tx.run(advanceConversation, { session_id: row.session_id, entries: more.length, leaf_id: more.at(-1)?.id ?? "", messages, preview: row.preview, usage: row.usage });
    await noteSpeakers(tx, whole, chatKind, stored.entry_seq);
    return true;
  }, row.key);
  return isAdded ? { kind: "grown", entries: more.length } : { kind: "parted", entries: more.length };
}

/**
 * Writes a conversation in small transactions: entries first, then what makes them seen, so that a reader never meets half
 * of one, and a second run goes on where a killed one ended. What is there already is left as it is.
 */
export async function writeConversation(store: Store, whole: WholeConversation, chatKind: string, now: number, onEntries: (count: number) => void): Promise<Written> {
  const stored = await store.get(findConversation, { session_id: whole.row.session_id });
  if (stored !== undefined) return grow(store, stored, whole, chatKind, now);
  const from = await resumeAt(store, whole);
  onEntries(from);
  await writeEntries(store, whole, from, now, onEntries);
  return { kind: "added", entries: whole.entries.length, isCurrent: await finish(store, whole, chatKind, now) };
}

const PAGE = 200;

/** The digest of the first `count` entries as they stand in the store: read again, not believed. */
export async function digestStored(store: Executor, sessionId: string, count: number): Promise<string> {
  const digest = createDigest();
  for (let after = 0; after < count; ) {
    const rows = await store.all(pageAllEntries, { session_id: sessionId, after, limit: Math.min(PAGE, count - after) });
    for (const row of rows) digest.add(row);
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.seq;
  }
  return digest.value();
}
