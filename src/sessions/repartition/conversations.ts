import type { ConversationRow, EntryRow, SessionRow } from "../../store/tables.ts";
import type { Address } from "../../domain/address.ts";
import { NEW_CONVERSATION } from "../../store/kept-rows.ts";
import { deleteConversation } from "../../store/statements/delete-conversation.ts";
import { endConversation } from "../../store/statements/end-conversation.ts";
import { putConversation } from "../../store/statements/put-conversation.ts";
import { rekeyConversation } from "../../store/statements/rekey-conversation.ts";
import type { Gathering, Part, Source } from "./gather.ts";
import { inOrder, readTurns, type TurnEntries } from "./turns.ts";
import { append, closeWith, keepPlaces, readdress, type Attributed, type StepWriter, type WhoAsked } from "./write.ts";

/** A conversation that a step made, and how much of it: what is behind that was said later. */
export interface Made {
  readonly sessionId: string;
  readonly entries: number;
  /** The line that the step itself said. */
  readonly closing: string | null;
}

/** The conversations of one step, on their way to the keys where they belong. */
export interface Sorting {
  readonly writer: StepWriter;
  /** Why, in words that begin with "because"; in every line that people see. */
  readonly because: string;
  /** Session ids of which the places were noted. */
  readonly kept: Set<string>;
  /** Session ids whose entries went elsewhere. */
  readonly emptied: Set<string>;
  readonly made: Made[];
  /** Turns that still wait for their answer. */
  readonly waiting: ReadonlySet<string>;
}

async function keepOnce({ writer, kept }: Sorting, conversation: ConversationRow): Promise<void> {
  if (kept.has(conversation.session_id)) return;
  kept.add(conversation.session_id);
  await keepPlaces(writer, conversation);
}

function whoAskedIn(source: Source): WhoAsked {
  return (speaker) => source.assignment.placements.get(speaker);
}

async function turnsOf({ writer }: Sorting, { turns, conversation }: Part): Promise<readonly TurnEntries[]> {
  return turns ?? (await readTurns(writer.tx, conversation.session_id));
}

/** All of it goes to one key: it keeps its session id, which so only ever grows. */
async function moveWhole(sorting: Sorting, part: Part, to: Pick<SessionRow, "key" | "audience">): Promise<void> {
  const { conversation, source } = part;
  if (source.row.key === to.key) return;
  const { writer } = sorting;
  await keepOnce(sorting, conversation);
  await readdress(writer, conversation, await turnsOf(sorting, part), { ...to, whoAsked: whoAskedIn(source) });
  await writer.tx.run(rekeyConversation, { session_id: conversation.session_id, key: to.key });
}

async function attributed(sorting: Sorting, parts: readonly Part[]): Promise<Attributed[]> {
  const asked = new Map<TurnEntries, WhoAsked>();
  for (const part of parts) {
    await keepOnce(sorting, part.conversation);
    sorting.emptied.add(part.conversation.session_id);
    for (const turn of await turnsOf(sorting, part)) asked.set(turn, whoAskedIn(part.source));
  }
  return inOrder([...asked.keys()], sorting.waiting).map((turn) => ({ turn, whoAsked: asked.get(turn) ?? (() => undefined) }));
}

type NewConversation = Pick<ConversationRow, "session_id" | "key" | "began_at" | "ended_at" | "ended_reason">;

async function putNew({ writer, made }: Sorting, row: NewConversation, counted: Pick<ConversationRow, "entry_seq" | "leaf_id" | "message_count" | "preview">, closing: string | null): Promise<void> {
  await writer.tx.run(putConversation, { ...row, began_reason: "repartitioned", ...counted, usage: null, ...NEW_CONVERSATION });
  made.push({ sessionId: row.session_id, entries: counted.entry_seq, closing });
}

/** A part of an earlier conversation: an earlier conversation of its own. */
async function makeEnded(sorting: Sorting, part: Part, to: Pick<SessionRow, "key" | "audience">): Promise<void> {
  const { writer } = sorting;
  const { ended_at, ended_reason, began_at } = part.conversation;
  const sessionId = writer.ids.uuid();
  const done = await append(writer, await attributed(sorting, [part]), { ...to, sessionId, seq: 0, leafId: null });
  const ended = { ended_at: ended_at ?? writer.now, ended_reason: ended_reason ?? "repartitioned" };
  const counted = { entry_seq: done.entries, leaf_id: done.leafId, message_count: done.messages, preview: done.preview };
  await putNew(sorting, { session_id: sessionId, key: to.key, began_at, ...ended }, counted, null);
}

async function placeEnded(sorting: Sorting, part: Part, to: Pick<SessionRow, "key" | "audience">): Promise<void> {
  if (!part.whole) return makeEnded(sorting, part, to);
  await moveWhole(sorting, part, to);
  const { session_id, ended_at } = part.conversation;
  if (ended_at === null) await sorting.writer.tx.run(endConversation, { session_id, ended_at: sorting.writer.now, ended_reason: "repartitioned" });
}

function transportOf({ last_route, channel }: SessionRow): Pick<EntryRow, "channel" | "account" | "chat" | "thread"> {
  if (last_route === null) return { channel, account: "default", chat: "", thread: null };
  const { account, chat, thread, channel: on } = JSON.parse(last_route) as Address;
  return { channel: on, account, chat, thread };
}

function closingText({ currents }: Gathering, because: string): string {
  const sources = new Set(currents.map(({ source }) => source.row.key));
  const did = sources.size > 1 ? "what was said in several conversations was joined here" : "what was said in one conversation was parted by who it belongs to, and this part is here";
  return `Sorted anew: ${did}, ${because}. \`continuo rollback\` takes it back.`;
}

/** Parts of several conversations, or a part of one: a new session id, and the line that says so. */
async function makeCurrent(sorting: Sorting, gathering: Gathering, parts: readonly Part[], row: SessionRow): Promise<string> {
  const { writer } = sorting;
  const sessionId = writer.ids.uuid();
  const to = { key: row.key, audience: row.audience, sessionId };
  const done = await append(writer, await attributed(sorting, parts), { ...to, seq: 0, leafId: null });
  const closing = await closeWith(writer, closingText(gathering, sorting.because), { ...to, ...transportOf(row), seq: done.entries, leafId: done.leafId });
  const counted = { entry_seq: done.entries + 1, leaf_id: closing, message_count: done.messages, preview: done.preview };
  const began = parts.map(({ conversation }) => conversation.began_at);
  await putNew(sorting, { session_id: sessionId, key: row.key, began_at: Math.max(row.created_at, ...began), ended_at: null, ended_reason: null }, counted, closing);
  return sessionId;
}

/** Puts everything that comes to a key where it belongs; answers with the session id that is current there. */
export async function settle(sorting: Sorting, gathering: Gathering, row: SessionRow): Promise<string> {
  for (const part of gathering.ended) await placeEnded(sorting, part, row);
  const spoken = gathering.currents.filter(({ conversation }) => conversation.entry_seq > 0);
  const [only] = spoken.length > 0 ? spoken : gathering.currents.toSorted((a) => (a.source.row.key === row.key ? -1 : 1));
  const kept = only?.whole === true && spoken.length < 2 ? only : null;
  for (const { conversation } of gathering.currents) if (conversation !== kept?.conversation) sorting.emptied.add(conversation.session_id);
  if (kept === null) return makeCurrent(sorting, gathering, spoken, row);
  await moveWhole(sorting, kept, row);
  return kept.conversation.session_id;
}

/** Takes away the session ids of which nothing is left. */
export async function sweep({ writer, emptied }: Sorting, sources: Iterable<Source>): Promise<void> {
  for (const { assignment, conversations } of sources) {
    const gone = conversations.filter(({ session_id, entry_seq }) => emptied.has(session_id) || (assignment.home === null && entry_seq === 0));
    for (const { session_id } of gone) await writer.tx.run(deleteConversation, { session_id });
  }
}
