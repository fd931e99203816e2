import { ContinuoError } from "../domain/errors.ts";
import { COPIED } from "../domain/entry.ts";
import type { Ids } from "../domain/ids.ts";
import type { BeganReason, StepKind } from "../domain/session.ts";
import { recordEvent } from "../store/ledger.ts";
import { NEW_CONVERSATION } from "../store/kept-rows.ts";
import type { Executor } from "../store/store.ts";
import type { ConversationRow, SessionRow, StepRow } from "../store/tables.ts";
import { shareMedia } from "../media/copies.ts";
import { listCopiedEntries } from "../store/statements/list-copied-entries.ts";
import { copyEntries } from "../store/statements/copy-entries.ts";
import { countMessages } from "../store/statements/count-messages.ts";
import { endConversation } from "../store/statements/end-conversation.ts";
import { findConversation } from "../store/statements/find-conversation.ts";
import { findLastEntry } from "../store/statements/find-last-entry.ts";
import { findLastStep } from "../store/statements/find-last-step.ts";
import { findQuestion } from "../store/statements/find-question.ts";
import { findRunningTurn } from "../store/statements/find-running-turn.ts";
import { findSession } from "../store/statements/find-session.ts";
import { insertConversation } from "../store/statements/insert-conversation.ts";
import { insertStep } from "../store/statements/insert-step.ts";
import { measureBranch } from "../store/statements/measure-branch.ts";
import { pointSession } from "../store/statements/point-session.ts";
import { putConversation } from "../store/statements/put-conversation.ts";
import { rejoinBranch } from "../store/statements/rejoin-branch.ts";
import { reopenConversation } from "../store/statements/reopen-conversation.ts";
import { setEntriesAside } from "../store/statements/set-entries-aside.ts";
import { setEntryAside } from "../store/statements/set-entry-aside.ts";
import { turnBackConversation } from "../store/statements/turn-back-conversation.ts";
import { undoStep } from "../store/statements/undo-step.ts";

/** What a step did. */
export interface Stepped {
  readonly kind: StepKind;
  readonly key: string;
  /** The session id before, and the one from now on: the same where one conversation was rewound. */
  readonly from: string;
  readonly to: string;
  /** What the conversation holds from now on. */
  readonly messages: number;
  /** How many messages a rewind took off the path, or an undo put back there. */
  readonly moved: number;
  readonly title: string | null;
  readonly preview: string | null;
}

/** Who asks: the step is not kept from happening by the turn that asks for it. */
export interface Asking {
  readonly turnId?: string;
}

interface Current {
  readonly session: SessionRow;
  readonly conversation: ConversationRow;
}

const MOST = Number.MAX_SAFE_INTEGER;
/** Copied with one statement: others are let in between. */
const COPY_PAGE = 1_000;

async function currentOf(tx: Executor, key: string): Promise<Current> {
  const session = await tx.get(findSession, { key });
  const conversation = session && (await tx.get(findConversation, { session_id: session.session_id }));
  if (session && conversation) return { session, conversation };
  throw new ContinuoError("SESSION_NOT_FOUND", `Session not found: ${key}`);
}

/** An answer that is being written stands on what a step would take away from under it. */
async function requireQuiet(tx: Executor, key: string, asking: Asking): Promise<void> {
  const running = await tx.get(findRunningTurn, { session_key: key });
  if (running === undefined || running.id === asking.turnId) return;
  throw new ContinuoError("SESSION_BUSY", `An answer is being written in ${key}.`, { fields: { sessionKey: key, turnId: running.id } });
}

/** Notes a step, so that `undo` finds it by the session id that it led to. */
export async function recordStep(tx: Executor, step: Omit<StepRow, "undone_at">): Promise<void> {
  await tx.run(insertStep, step);
}

async function pointTo(tx: Executor, { session, conversation }: Current, to: string, reason: BeganReason, now: number): Promise<void> {
  await tx.run(endConversation, { session_id: conversation.session_id, ended_at: now, ended_reason: reason });
  await tx.run(pointSession, { key: session.key, session_id: to, at: now });
}

async function told(tx: Executor, kind: StepKind, { session, conversation }: Current, to: string, moved = 0): Promise<Stepped> {
  const now = to === conversation.session_id && moved === 0 ? conversation : await tx.get(findConversation, { session_id: to });
  const { message_count: messages, title, preview } = now ?? { message_count: 0, title: null, preview: null };
  return { kind, key: session.key, from: conversation.session_id, to, messages, moved, title, preview };
}

async function note(tx: Executor, kind: StepKind, current: Current, to: string, branch: string | null, id: string, now: number): Promise<void> {
  const from_session = current.conversation.session_id;
  await recordStep(tx, { id, session_key: current.session.key, at: now, kind, from_session, to_session: to, branch });
}

/** Ends the conversation and begins an empty one (spec 4.4, 4.6). One that is empty is a new one already. */
export async function beginAnew(tx: Executor, key: string, kind: "new" | "reset" | "clear", ids: Ids, now: number): Promise<Stepped> {
  const current = await currentOf(tx, key);
  const from = current.conversation.session_id;
  if (current.conversation.entry_seq === 0) return told(tx, kind, current, from);
  const to = ids.uuid();
  await tx.run(insertConversation, { session_id: to, key, began_at: now, began_reason: kind });
  await pointTo(tx, current, to, kind, now);
  await note(tx, kind, current, to, null, ids.next(), now);
  await recordEvent(tx, { at: now, kind: "session.began", session_key: key, data: { sessionId: to, reason: kind } });
  return told(tx, kind, current, to);
}

/** Makes an earlier session id of this key current again. Errors: SESSION_NOT_FOUND. */
export async function resume(tx: Executor, key: string, sessionId: string, ids: Ids, now: number): Promise<Stepped> {
  const current = await currentOf(tx, key);
  const stepped = await goTo(tx, current, sessionId, "resumed", now);
  if (stepped.from !== stepped.to) await note(tx, "resumed", current, sessionId, null, ids.next(), now);
  return stepped;
}

async function goTo(tx: Executor, current: Current, sessionId: string, kind: StepKind, now: number): Promise<Stepped> {
  const { key } = current.session;
  const target = await tx.get(findConversation, { session_id: sessionId });
  if (target?.key !== key) throw new ContinuoError("SESSION_NOT_FOUND", `There is no conversation ${sessionId} under ${key}.`);
  if (current.session.session_id === sessionId) return told(tx, kind, current, sessionId);
  await pointTo(tx, current, sessionId, "resumed", now);
  await tx.run(reopenConversation, { session_id: sessionId });
  await recordEvent(tx, { at: now, kind: "session.resumed", session_key: key, data: { sessionId, from: current.conversation.session_id, undo: kind === "undone" } });
  return told(tx, kind, current, sessionId);
}

/**
 * Takes the newest step back that led to the conversation as it is: the session id before it is current again, or what a
 * rewind set aside is back. What was said since stays, in the list or set aside. Null: there is nothing to take back.
 */
export async function undo(tx: Executor, key: string, ids: Ids, now: number, asking: Asking = {}): Promise<(Stepped & { readonly undid: StepKind }) | null> {
  const current = await currentOf(tx, key);
  const step = await tx.get(findLastStep, { to_session: current.conversation.session_id });
  if (step === undefined) return null;
  await requireQuiet(tx, key, asking);
  const undid = step.kind as StepKind;
  await tx.run(undoStep, { id: step.id, undone_at: now });
  if (undid === "compacted" && step.branch !== null) return { ...(await withoutSummary(tx, current, step.branch, ids.next(), now)), undid };
  if (step.branch !== null) return { ...(await rejoin(tx, current, step.branch, ids.next(), now)), undid };
  return { ...(await goTo(tx, current, step.from_session, "undone", now)), undid };
}

/** Every word is shown to the model again. */
async function withoutSummary(tx: Executor, current: Current, entryId: string, branch: string, now: number): Promise<Stepped> {
  const { session_id, key } = current.conversation;
  await tx.run(setEntryAside, { entry_id: entryId, branch });
  const leaf = await tx.get(findLastEntry, { session_id, before: MOST });
  await tx.run(turnBackConversation, { session_id, leaf_id: leaf?.id ?? null, messages: 0 });
  await recordEvent(tx, { at: now, kind: "session.uncompacted", session_key: key, data: { sessionId: session_id, entryId } });
  return told(tx, "undone", current, session_id, 0);
}

async function rejoin(tx: Executor, current: Current, branch: string, id: string, now: number): Promise<Stepped> {
  const { session_id, key } = current.conversation;
  const { last, messages } = (await tx.get(measureBranch, { branch })) ?? { last: null, messages: null };
  if (last === null) throw new ContinuoError("STEP_UNKNOWN", "What was set aside is not there any more.");
  const since = (await tx.get(countMessages, { session_id, after: last }))?.count ?? 0;
  await tx.run(setEntriesAside, { session_id, after: last, branch: id });
  await tx.run(rejoinBranch, { branch });
  const leaf = await tx.get(findLastEntry, { session_id, before: MOST });
  await tx.run(turnBackConversation, { session_id, leaf_id: leaf?.id ?? null, messages: (messages ?? 0) - since });
  await recordEvent(tx, { at: now, kind: "session.rejoined", session_key: key, data: { sessionId: session_id, branch } });
  return told(tx, "undone", current, session_id, messages ?? 0);
}

/** How far back: so many questions with all that came of them, or to the entry at a position, which stays. */
export type RewindTo = { readonly questions: number } | { readonly throughSeq: number };

async function cutOf(tx: Executor, sessionId: string, to: RewindTo): Promise<number> {
  if ("throughSeq" in to) return to.throughSeq;
  const question = await tx.get(findQuestion, { session_id: sessionId, back: to.questions - 1 });
  if (question === undefined) throw new ContinuoError("STEP_UNKNOWN", "The conversation is shorter than that.");
  return question.seq - 1;
}

/** Sets aside what was said last: models and readers are not shown it any more, and `undo` brings it back. */
export async function rewind(tx: Executor, key: string, to: RewindTo, ids: Ids, now: number, asking: Asking = {}): Promise<Stepped> {
  const current = await currentOf(tx, key);
  await requireQuiet(tx, key, asking);
  const { session_id } = current.conversation;
  const after = await cutOf(tx, session_id, to);
  const gone = (await tx.get(countMessages, { session_id, after }))?.count ?? 0;
  if (gone === 0) throw new ContinuoError("STEP_UNKNOWN", "Nothing was said after that.");
  const branch = ids.next();
  await tx.run(setEntriesAside, { session_id, after, branch });
  const leaf = await tx.get(findLastEntry, { session_id, before: MOST });
  await tx.run(turnBackConversation, { session_id, leaf_id: leaf?.id ?? null, messages: -gone });
  await note(tx, "rewound", current, session_id, branch, branch, now);
  await recordEvent(tx, { at: now, kind: "session.rewound", session_key: key, data: { sessionId: session_id, branch, messages: gone } });
  return told(tx, "rewound", current, session_id, gone);
}

/** So much of a session id stays in the ids of copied entries: enough to tell copies of one entry apart. */
const SUFFIX_CHARS = 8;

/**
 * Goes on in a copy of the conversation, up to and with a position; the original stays as it is, in the list. Entries keep
 * their place, sender and platform id, so that what is taken back on a platform is taken back in every copy.
 */
export async function fork(tx: Executor, key: string, upTo: { readonly throughSeq?: number }, ids: Ids, now: number, asking: Asking = {}): Promise<Stepped> {
  const current = await currentOf(tx, key);
  await requireQuiet(tx, key, asking);
  const { conversation } = current;
  const through = Math.min(upTo.throughSeq ?? conversation.entry_seq, conversation.entry_seq);
  const leaf = await tx.get(findLastEntry, { session_id: conversation.session_id, before: through + 1 });
  if (leaf === undefined) throw new ContinuoError("STEP_UNKNOWN", "There is nothing to copy yet.");
  const to = ids.uuid();
  const suffix = `${COPIED}${to.slice(0, SUFFIX_CHARS)}`;
  for (let after = 0; after < through; after += COPY_PAGE) {
    await tx.run(copyEntries, { session_id: conversation.session_id, to_session: to, suffix, after, through: Math.min(after + COPY_PAGE, through) });
    for (const { id } of await tx.all(listCopiedEntries, { session_id: to, after, through: Math.min(after + COPY_PAGE, through) })) await shareMedia(tx, id.slice(0, -suffix.length), id);
  }
  const isWhole = through === conversation.entry_seq;
  const messages = (await tx.get(countMessages, { session_id: to, after: 0 }))?.count ?? 0;
  const { title, preview, compactions, compacted_at } = conversation;
  await tx.run(putConversation, {
    ...{ ...NEW_CONVERSATION, title, compactions, compacted_at, forked_from: conversation.session_id },
    ...{ session_id: to, key, began_at: now, began_reason: "forked", ended_at: null, ended_reason: null },
    ...{ entry_seq: leaf.seq, leaf_id: leaf.id + suffix, message_count: messages, preview, usage: isWhole ? conversation.usage : null },
  });
  await pointTo(tx, current, to, "forked", now);
  await note(tx, "forked", current, to, null, ids.next(), now);
  await recordEvent(tx, { at: now, kind: "session.forked", session_key: key, data: { sessionId: to, from: conversation.session_id, throughSeq: through } });
  return told(tx, "forked", current, to);
}
