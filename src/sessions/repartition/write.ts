import type { Ids } from "../../domain/ids.ts";
import type { Executor } from "../../store/store.ts";
import type { ConversationRow, EntryRow } from "../../store/tables.ts";
import { findEntryText } from "../../store/statements/find-entry-text.ts";
import { insertEntry } from "../../store/statements/insert-entry.ts";
import { keepEntryPlaces } from "../../store/statements/keep-entry-places.ts";
import { placeEntry } from "../../store/statements/place-entry.ts";
import { readdressEntry } from "../../store/statements/readdress-entry.ts";
import { setEntryAside } from "../../store/statements/set-entry-aside.ts";
import type { Placement } from "./assign.ts";
import type { LightEntry, TurnEntries } from "./turns.ts";
import { breathe, PAGE } from "./types.ts";
import { previewOf } from "../transcript.ts";

/** Where one step writes, and under which name. */
export interface StepWriter {
  readonly tx: Executor;
  readonly changeId: string;
  readonly number: number;
  readonly ids: Ids;
  readonly now: number;
}

/** Notes where a conversation's entries stand, once, before they are moved. */
export async function keepPlaces({ tx, changeId, number }: StepWriter, conversation: ConversationRow): Promise<void> {
  for (let after = 0; after < conversation.entry_seq; after += PAGE) {
    await tx.run(keepEntryPlaces, { change_id: changeId, number, session_id: conversation.session_id, after, upto: after + PAGE });
    await breathe();
  }
}

/** Who asked, as routing knows them now, and who reads in the session that it goes to. */
export type WhoAsked = (speaker: string) => Placement | undefined;

type Attribution = Pick<EntryRow, "person" | "audience">;

/** A question is its sender's, as they are known now; its answers are read by whoever may read the question. */
function attribution(entry: LightEntry, turn: TurnEntries, whoAsked: WhoAsked, sessionAudience: string): Attribution {
  const speaker = entry.speaker ?? turn.speaker;
  const placement = speaker === null ? undefined : whoAsked(speaker);
  if (placement === undefined || placement.operator) return { person: entry.person, audience: sessionAudience };
  // What the agent said is nobody's, and stays so.
  const isTheirs = entry.role === "user" || entry.person !== null;
  return { person: isTheirs ? placement.after.person : null, audience: placement.after.audience };
}

/** The same conversation under another key, for readers who are known anew. */
export async function readdress(
  { tx }: StepWriter,
  conversation: ConversationRow,
  turns: readonly TurnEntries[],
  to: { readonly key: string; readonly audience: string; readonly whoAsked: WhoAsked },
): Promise<void> {
  let written = 0;
  for (const turn of turns) {
    for (const entry of turn.entries) {
      const { person, audience } = attribution(entry, turn, to.whoAsked, to.audience);
      await tx.run(readdressEntry, { session_id: conversation.session_id, seq: entry.seq, session_key: to.key, person, audience });
      if (++written % PAGE === 0) await breathe();
    }
  }
}

/** A turn, and how those who spoke in it are known: turns of several sessions come together. */
export interface Attributed {
  readonly turn: TurnEntries;
  readonly whoAsked: WhoAsked;
}

/** Where entries are put one after another. */
export interface Target {
  readonly key: string;
  readonly sessionId: string;
  readonly audience: string;
  /** The last that is there already. */
  readonly seq: number;
  readonly leafId: string | null;
}

export interface Appended {
  readonly entries: number;
  readonly messages: number;
  readonly leafId: string | null;
  readonly preview: string | null;
}

/** What names the summaries that a step set aside. */
export function summariesOf({ changeId, number }: Pick<StepWriter, "changeId" | "number">): string {
  return `summary:${changeId}:${number}`;
}

/** Puts turns at the end of a conversation, in the order given: each entry follows the one before it. */
export async function append({ tx, changeId, number }: Pick<StepWriter, "tx" | "changeId" | "number">, turns: readonly Attributed[], to: Target): Promise<Appended> {
  let [entries, messages, leafId] = [0, 0, to.leafId];
  let firstQuestion: string | null = null;
  for (const { turn, whoAsked } of turns) {
    for (const entry of turn.entries) {
      const { person, audience } = attribution(entry, turn, whoAsked, to.audience);
      entries++;
      await tx.run(placeEntry, { id: entry.id, session_id: to.sessionId, seq: to.seq + entries, session_key: to.key, parent_id: leafId, person, audience });
      // It tells of places and perhaps of people that are elsewhere now; another one can be made.
      if (entry.summary && !entry.aside) await tx.run(setEntryAside, { entry_id: entry.id, branch: summariesOf({ changeId, number }) });
      if (entry.aside || entry.summary) continue;
      leafId = entry.id;
      if (entry.role === "user" || entry.role === "assistant") messages++;
      if (entry.role === "user") firstQuestion ??= entry.id;
      if (entries % PAGE === 0) await breathe();
    }
  }
  const said = firstQuestion === null ? undefined : await tx.get(findEntryText, { id: firstQuestion });
  return { entries, messages, leafId, preview: said === undefined ? null : previewOf(said.text) };
}

/** The line that closes what was sorted anew (law 6); shown to people, never to a model. */
export async function closeWith(
  { tx, ids, now }: StepWriter,
  text: string,
  to: Target & Pick<EntryRow, "channel" | "account" | "chat" | "thread">,
): Promise<string> {
  const id = ids.next();
  const { channel, account, chat, thread } = to;
  const place = { session_id: to.sessionId, seq: to.seq + 1, session_key: to.key, parent_id: to.leafId };
  const sender = { sender_id: "continuo", sender_name: null, person: null, audience: to.audience };
  await tx.run(insertEntry, { ...place, ...sender, id, turn_id: null, role: "system", text, at: now, channel, account, chat, thread, model: null, meta: null, message_id: null });
  return id;
}
