import { ContinuoError } from "../domain/errors.ts";
import type { Compaction, Entry } from "../domain/entry.ts";
import type { Ids } from "../domain/ids.ts";
import { recordEvent } from "../store/ledger.ts";
import type { Executor } from "../store/store.ts";
import type { ConversationRow, SessionRow } from "../store/tables.ts";
import { findConversation } from "../store/statements/find-conversation.ts";
import { findSession } from "../store/statements/find-session.ts";
import { markCompacted } from "../store/statements/mark-compacted.ts";
import { recordStep } from "./steps.ts";
import { appendEntries, readLatest } from "./transcript.ts";

/** A conversation as it was when its summary was begun. */
export interface Compactable {
  readonly session: SessionRow;
  readonly conversation: ConversationRow;
  /** What models are shown of it, and what an earlier summary stands for no more. */
  readonly entries: readonly Entry[];
}

const PAGE = 200;

/** The newest part of a session's conversation, back to its last summary, or as many characters as are wanted. Errors: SESSION_NOT_FOUND. */
export async function readCompactable(store: Executor, key: string, mostChars: number): Promise<Compactable> {
  const session = await store.get(findSession, { key });
  const conversation = session && (await store.get(findConversation, { session_id: session.session_id }));
  if (!session || !conversation) throw new ContinuoError("SESSION_NOT_FOUND", `Session not found: ${key}`);
  let entries: Entry[] = [];
  for (let chars = 0; chars < mostChars; ) {
    const page = await readLatest(store, session.session_id, PAGE, entries[0]?.seq);
    entries = [...page, ...entries];
    chars += page.reduce((sum, { text }) => sum + text.length, 0);
    const from = entries.findLast(({ compaction }) => compaction)?.compaction?.firstKeptSeq;
    if (page.length < PAGE || (from !== undefined && (entries[0]?.seq ?? 0) <= from)) break;
  }
  return { session, conversation, entries };
}

export interface Summed extends Compaction {
  readonly summary: string;
}

/**
 * Puts a summary at the end of the conversation that it was made of; nothing else of it changes (spec 7.2). False when that
 * was changed or left meanwhile: the summary would speak of what is not there.
 */
export async function appendSummary(tx: Executor, of: Compactable, { summary, ...compaction }: Summed, ids: Ids, now: number): Promise<boolean> {
  const { key, session_id } = of.conversation;
  const current = await tx.get(findConversation, { session_id });
  if (current === undefined || current.key !== key || current.amends !== of.conversation.amends || current.compactions !== of.conversation.compactions) return false;
  const last = of.entries.at(-1);
  if (last === undefined) return false;
  const from = { ...last.from, senderId: "continuo", senderName: null, person: null, audience: of.session.audience };
  const entry = { role: "system", text: summary, at: now, turnId: null, from, model: null, usage: null, stopReason: null, compaction } as const;
  const [appended] = await appendEntries(tx, { key, sessionId: session_id }, [entry], ids);
  await tx.run(markCompacted, { session_id, at: now });
  await recordStep(tx, { id: ids.next(), session_key: key, at: now, kind: "compacted", from_session: session_id, to_session: session_id, branch: appended?.id ?? null });
  await recordEvent(tx, { at: now, kind: "session.compacted", session_key: key, data: { sessionId: session_id, firstKeptSeq: compaction.firstKeptSeq, tokensBefore: compaction.tokensBefore } });
  return true;
}
