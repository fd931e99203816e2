import type { Ids } from "../domain/ids.ts";
import { NEW_CONVERSATION } from "../store/kept-rows.ts";
import { recordEvent } from "../store/ledger.ts";
import { toEntry } from "../store/rows.ts";
import type { Executor } from "../store/store.ts";
import type { EntryRow, SessionRow } from "../store/tables.ts";
import { endConversation } from "../store/statements/end-conversation.ts";
import { findSession } from "../store/statements/find-session.ts";
import { listLatestEntries } from "../store/statements/list-latest-entries.ts";
import { pointSession } from "../store/statements/point-session.ts";
import { putConversation } from "../store/statements/put-conversation.ts";
import { recordStep } from "./steps.ts";
import { appendEntries, type NewEntry } from "./transcript.ts";

/** The newest of what a session's conversation holds, newest first; null: there is no such session. */
export async function readParent(tx: Executor, key: string, limit: number): Promise<{ readonly session: SessionRow; readonly entries: readonly (NewEntry & { readonly messageId: string | null })[] } | null> {
  const session = await tx.get(findSession, { key });
  if (session === undefined) return null;
  const rows = await tx.all(listLatestEntries, { session_id: session.session_id, before: Number.MAX_SAFE_INTEGER, limit });
  return { session, entries: rows.map(copyOf) };
}

/** An entry to be said again elsewhere: what it cost was paid where it was made. */
function copyOf(row: EntryRow): NewEntry & { readonly messageId: string | null } {
  const { role, text, at, from, model, stopReason, dropped, event } = toEntry(row);
  return { role, text, at, from, model, stopReason, dropped: dropped ?? null, event: event ?? null, turnId: null, usage: null, messageId: row.message_id };
}

/**
 * Begins a session's conversation with copies of what was said in another one, as a step of its own: `undo` leads to the
 * empty conversation that it would have begun with. Answers with the new session id.
 */
export async function beginWithCopies(tx: Executor, session: { readonly key: string; readonly sessionId: string }, parent: string, copies: readonly NewEntry[], ids: Ids, now: number): Promise<string> {
  const { key, sessionId: from } = session;
  const to = ids.uuid();
  const nothing = { entry_seq: 0, leaf_id: null, message_count: 0, preview: null, usage: null };
  await tx.run(putConversation, { ...NEW_CONVERSATION, ...nothing, forked_from: parent, session_id: to, key, began_at: now, began_reason: "forked", ended_at: null, ended_reason: null });
  await tx.run(endConversation, { session_id: from, ended_at: now, ended_reason: "forked" });
  await tx.run(pointSession, { key, session_id: to, at: now });
  await recordStep(tx, { id: ids.next(), session_key: key, at: now, kind: "forked", from_session: from, to_session: to, branch: null });
  await recordEvent(tx, { at: now, kind: "session.forked", session_key: key, data: { sessionId: to, from: parent, entries: copies.length } });
  await appendEntries(tx, { key, sessionId: to }, copies, ids);
  return to;
}
