import { DELETED, type Compaction } from "../domain/entry.ts";
import type { Ids } from "../domain/ids.ts";
import { copiesOf } from "../domain/entry.ts";
import { shareMedia } from "../media/copies.ts";
import { letGoOfMedia } from "../media/let-go.ts";
import { recordEvent } from "../store/ledger.ts";
import type { Executor } from "../store/store.ts";
import { copyEntry } from "../store/statements/copy-entry.ts";
import { countAmend } from "../store/statements/count-amend.ts";
import { countEntry } from "../store/statements/count-entry.ts";
import { findConversationEnd } from "../store/statements/find-conversation-end.ts";
import type { SaidEntry } from "../store/statements/list-said-entries.ts";
import { listCopies } from "../store/statements/list-copies.ts";
import { listSummaries } from "../store/statements/list-summaries.ts";
import { listTurnEntries, type TurnEntry } from "../store/statements/list-turn-entries.ts";
import { redactTurnEntries } from "../store/statements/redact-turn-entries.ts";
import { rewriteEntry } from "../store/statements/rewrite-entry.ts";
import { setEntryAside } from "../store/statements/set-entry-aside.ts";
import { previewOf } from "./transcript.ts";

/** Said anew, or taken back: `text` is what stands there from now on. */
export interface Amended {
  readonly kind: "message.edited" | "message.deleted";
  readonly text: string;
  readonly at: number;
}

function withoutAttachments(meta: string | null): string | null {
  if (meta === null) return null;
  const { attachments: _, ...rest } = JSON.parse(meta) as { readonly attachments?: unknown };
  return Object.keys(rest).length === 0 ? null : JSON.stringify(rest);
}

/**
 * An entry says something else from now on, to models, clients and the mirror. What it said before an edit becomes a branch
 * of its own beside it; of what was taken back nothing is kept. What was read of its conversation before is stale, in
 * whichever process: the conversation counts that. The ledger notes that it happened, never the words. Answers the files
 * that nothing holds any more.
 */
export async function amendEntry(tx: Executor, entry: SaidEntry, { kind, text, at }: Amended, ids: Ids): Promise<readonly string[]> {
  const { session_id, seq, session_key } = entry;
  if (kind === "message.edited") await branchOff(tx, entry, ids.next());
  const isDeleted = kind === "message.deleted";
  await tx.run(rewriteEntry, { session_id, seq, text, meta: isDeleted ? withoutAttachments(entry.meta) : entry.meta });
  const released = isDeleted ? await letGoOfMedia(tx, "entry", entry.id) : [];
  await tx.run(countAmend, { session_id, old_preview: previewOf(entry.text), preview: previewOf(text) });
  await recordEvent(tx, { at, kind, session_key, data: { entryId: entry.id } });
  return released;
}

async function branchOff(tx: Executor, { session_id, seq, id }: SaidEntry, branchId: string): Promise<void> {
  const end = await tx.get(findConversationEnd, { session_id });
  if (end === undefined) return;
  await tx.run(copyEntry, { session_id, seq, to_seq: end.entry_seq + 1, id: branchId });
  await shareMedia(tx, id, branchId);
  await tx.run(countEntry, { session_id });
  await tx.run(setEntryAside, { entry_id: branchId, branch: `edit:${id}` });
}

/** The place of a message on its platform. */
export interface SaidPlace {
  readonly channel: string;
  readonly account: string;
  readonly chat: string;
  readonly message_id: string;
}

/** Whose words of which turn. */
export interface TheirTurn {
  readonly key: string;
  readonly sessionId: string;
  readonly turnId: string;
  readonly by: { readonly channel: string; readonly account: string; readonly senderId: string };
}

export interface Redacted {
  /** The messages that it was made of, which the inbox still has. */
  readonly places: readonly SaidPlace[];
  /** Files that nothing holds any more. */
  readonly released: readonly string[];
  /** Others said something in that turn, too: that stays. */
  readonly others: boolean;
  /** The conversations that it stood in, and from where on. */
  readonly stood: readonly { readonly sessionId: string; readonly seq: number }[];
}

/**
 * Erases what somebody said in one turn, and the answer, in the conversation and in every copy, with what edits replaced
 * there; nothing brings it back. The answer goes whole, since nobody can tell whose words it is made of.
 */
export async function redactTurn(tx: Executor, { key, sessionId, turnId: turn_id, by }: TheirTurn, now: number): Promise<Redacted> {
  const isOthers = ({ role, channel, account, sender_id }: TurnEntry): boolean => role === "user" && (channel !== by.channel || account !== by.account || sender_id !== by.senderId);
  const theirs = async (session_id: string): Promise<TurnEntry[]> => (await tx.all(listTurnEntries, { session_id, turn_id })).filter((entry) => !isOthers(entry));
  const all = await tx.all(listTurnEntries, { session_id: sessionId, turn_id });
  const entries = all.filter((entry) => !isOthers(entry));
  const texts = new Map([[sessionId, entries]]);
  for (const { id } of entries) {
    for (const { session_id } of await tx.all(listCopies, copiesOf(id))) texts.set(session_id, texts.get(session_id) ?? entries);
  }
  const released: string[] = [];
  const stood: { sessionId: string; seq: number }[] = [];
  for (const [session_id, said] of texts) {
    await tx.run(redactTurnEntries, { session_id, turn_id, channel: by.channel, account: by.account, sender_id: by.senderId, text: DELETED });
    const gone = await theirs(session_id);
    for (const { id } of gone) released.push(...(await letGoOfMedia(tx, "entry", id)));
    stood.push({ sessionId: session_id, seq: gone[0]?.seq ?? 0 });
    for (const { text } of said) await tx.run(countAmend, { session_id, old_preview: previewOf(text), preview: DELETED });
  }
  await recordEvent(tx, { at: now, kind: "message.forgotten", session_key: key, data: { turnId: turn_id, entries: entries.length } });
  const places = entries.flatMap(({ channel, account, chat, message_id }) => (message_id === null ? [] : [{ channel, account, chat, message_id }]));
  return { places, released, others: all.length > entries.length, stood };
}

/**
 * A summary of something that was erased has it in other words: it is erased as well, and models are shown every word again
 * of what is left, until that is summed up anew.
 */
export async function redactSummaries(tx: Executor, { sessionId: session_id, seq: from }: Redacted["stood"][number]): Promise<void> {
  for (const { seq, text, meta } of await tx.all(listSummaries, { session_id })) {
    const { compaction, ...rest } = JSON.parse(meta ?? "{}") as { readonly compaction?: Compaction; readonly source?: { readonly type?: string } };
    // Of what was imported, one that only says where a conversation began has no words of anybody.
    if (compaction === undefined || compaction.firstKeptSeq <= from || rest.source?.type === "reset") continue;
    await tx.run(rewriteEntry, { session_id, seq, text: DELETED, meta: null });
    await tx.run(countAmend, { session_id, old_preview: previewOf(text), preview: DELETED });
  }
}
