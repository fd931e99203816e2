import type { Clock } from "../../domain/clock.ts";
import { ContinuoError } from "../../domain/errors.ts";
import { letGoOfMedia } from "../../media/let-go.ts";
import { useMedia } from "../../media/uses.ts";
import { toEntry } from "../../store/rows.ts";
import { recordEvent } from "../../store/ledger.ts";
import type { Executor, Store } from "../../store/store.ts";
import { advanceTrash } from "../../store/statements/advance-trash.ts";
import { deleteTrashParts } from "../../store/statements/delete-trash-parts.ts";
import { deleteTrashPart } from "../../store/statements/delete-trash-part.ts";
import { findKeyTrash } from "../../store/statements/find-key-trash.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { findTrash } from "../../store/statements/find-trash.ts";
import { insertEntry } from "../../store/statements/insert-entry.ts";
import { listTrashParts } from "../../store/statements/list-trash-parts.ts";
import { putConversation } from "../../store/statements/put-conversation.ts";
import { putSession } from "../../store/statements/put-session.ts";
import { keptConversation, keptSession } from "../../store/kept-rows.ts";
import type { ConversationRow, SessionRow, TrashRow } from "../../store/tables.ts";
import { unpackEntries } from "./pack.ts";

export interface Restored {
  readonly key: string;
  readonly sessionId: string;
  readonly entries: number;
  /** False when the key is in use again: then all of it stands among the key's earlier conversations. */
  readonly isCurrent: boolean;
}

const MOST_CONVERSATIONS = 100;

/** The key belongs to a newer conversation: this one ended when that began. */
function ended(row: ConversationRow, now: number): ConversationRow {
  return row.ended_at === null ? { ...row, ended_at: now, ended_reason: "new" } : row;
}

/** Brings a bounded piece back: entries first, so that a conversation is whole when it is seen. True when nothing is left. */
export async function restoreOn(tx: Executor, row: TrashRow, now: number): Promise<boolean> {
  const [part] = await tx.all(listTrashParts, { trash_id: row.id, kind: "entries", limit: 1 });
  if (part !== undefined) {
    for (const entry of unpackEntries(part.content)) {
      await tx.run(insertEntry, entry);
      if (entry.meta !== null) await useMedia(tx, "entry", entry.id, toEntry(entry).attachments ?? []);
    }
    await tx.run(deleteTrashPart, part);
    await tx.run(advanceTrash, { ...row, bytes: row.bytes - part.content.length });
    return false;
  }
  const session = await tx.get(findSession, { key: row.session_key });
  const removed = keptSession(JSON.parse(row.session) as SessionRow);
  const parts = await tx.all(listTrashParts, { trash_id: row.id, kind: "conversation", limit: MOST_CONVERSATIONS });
  for (const { number, content } of parts) {
    const conversation = keptConversation(JSON.parse(content) as ConversationRow);
    await tx.run(putConversation, session === undefined ? conversation : ended(conversation, now));
    await tx.run(deleteTrashPart, { trash_id: row.id, number });
  }
  if (parts.length === MOST_CONVERSATIONS) return false;
  if (session === undefined) await tx.run(putSession, removed);
  // What is left of it is of use to a purge alone.
  await tx.run(deleteTrashParts, { trash_id: row.id, from: 0 });
  // The entries hold what came with them again.
  await letGoOfMedia(tx, "trash", row.id);
  await recordEvent(tx, { at: now, kind: "session.restored", session_key: row.session_key, data: { trashId: row.id, sessionId: removed.session_id, isCurrent: session === undefined } });
  // What was asked for is not removed again at once: this stays for as long as trash does.
  await tx.run(advanceTrash, { ...row, state: "restored", at: now, bytes: 0, parts: 0 });
  return true;
}

/** Restores what was removed last under a key. Errors: TRASH_UNKNOWN. */
export async function restoreSession(store: Store, clock: Clock, key: string): Promise<Restored> {
  const found = await store.transaction(async (tx) => {
    const row = (await tx.get(findKeyTrash, { session_key: key, state: "kept" })) ?? (await tx.get(findKeyTrash, { session_key: key, state: "restoring" }));
    if (row?.state === "kept") await tx.run(advanceTrash, { ...row, state: "restoring" });
    return row;
  }, key);
  if (found === undefined) throw new ContinuoError("TRASH_UNKNOWN", `Nothing that was removed under ${key} can be restored.`);
  for (let isDone = false; !isDone; ) {
    isDone = await store.transaction(async (tx) => {
      const row = await tx.get(findTrash, { id: found.id });
      return row?.state !== "restoring" || (await restoreOn(tx, row, clock.now()));
    }, key);
  }
  const { session_id: sessionId } = JSON.parse(found.session) as SessionRow;
  return { key, sessionId, entries: found.entries, isCurrent: (await store.get(findSession, { key }))?.session_id === sessionId };
}
