/**
 * change on the platform -> identified -> whose it is -> the waiting item and the transcript say it anew | redacted -> recorded
 *
 * 1. Only who said something, and may still speak, changes it; what is taken back is the platform's to decide. Both within its own chat.
 * 2. Nothing here begins a turn, makes a command or unmakes one. What waits and is taken back begins none any more.
 * 3. From its commit on every model, client and file has the new words alone; what an edit replaced stands aside, what was taken
 *    back is gone from there too; the ledger has neither the old nor the new.
 * 4. What cannot be found was never let in, or is gone: that is no error.
 */
import type { AmendOutcome, Amendment } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { InboundMessage, Sender } from "../domain/message.ts";
import { DELETED } from "../domain/entry.ts";
import { letGoOfMedia } from "../media/let-go.ts";
import { amendEntry, type SaidPlace } from "../sessions/amend.ts";
import { recordEvent } from "../store/ledger.ts";
import { parseStored } from "../store/rows.ts";
import type { Executor, Store } from "../store/store.ts";
import type { InboxRow } from "../store/tables.ts";
import { listSaidEntries, type SaidEntry } from "../store/statements/list-said-entries.ts";
import { findOverheard } from "../store/statements/find-overheard.ts";
import { findSaidItem } from "../store/statements/find-said-item.ts";
import { forgetOverheard } from "../store/statements/forget-overheard.ts";
import { rewriteItem } from "../store/statements/rewrite-item.ts";
import { rewriteOverheard } from "../store/statements/rewrite-overheard.ts";
import { withdrawItem } from "../store/statements/withdraw-item.ts";

export interface AmendParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The message with its sender's ids as one account. */
  identify(message: InboundMessage): InboundMessage;
  /** Whoever may not speak there any more puts no new words into what they said. */
  maySpeak(message: InboundMessage): boolean;
  /** Removes the bytes of what nothing holds any more since `at`, ms. */
  discardMedia(refs: readonly string[], at: number): Promise<void>;
  /** A conversation says something else than it did. */
  onAmended(sessionKey: string, sessionId: string): void;
}

export type Amend = (change: Amendment) => Promise<AmendOutcome>;

interface Said {
  readonly place: SaidPlace;
  /** Null: taken back. */
  readonly text: string | null;
  /** Null: anybody's. */
  readonly by: Sender | null;
}

export function createAmend(parts: AmendParts): Amend {
  return async (change) => {
    const said = saidOf(parts, change);
    if (typeof said === "string") return { kind: said };
    const { store } = parts;
    const known = (await store.get(findSaidItem, said.place)) ?? (await store.all(listSaidEntries, said.place))[0];
    // What belongs to no session keeps the whole cluster waiting: nobody waits for what was never let in.
    if (known === undefined && (await store.get(findOverheard, said.place)) === undefined) return { kind: "unknown" };
    const now = parts.clock.now();
    const { outcome, entries = [], released = [] } = await store.transaction((tx) => rewrite(parts, tx, said, now), known?.session_key);
    await parts.discardMedia(released, now);
    for (const entry of entries) parts.onAmended(entry.session_key, entry.session_id);
    return outcome;
  };
}

function saidOf(parts: AmendParts, change: Amendment): Said | "unknown" | "refused" {
  if (change.kind === "deleted") {
    const { channel, account, chat } = change.address;
    return { place: { channel, account, chat, message_id: change.messageId }, text: null, by: null };
  }
  const message = parts.identify(change.message);
  const { address, messageId, text, sender } = message;
  if (messageId === null) return "unknown";
  if (!parts.maySpeak(message)) return "refused";
  return { place: { channel: address.channel, account: address.account, chat: address.chat, message_id: messageId }, text, by: sender };
}

interface Rewritten {
  readonly outcome: AmendOutcome;
  /** What of the transcripts was changed: one entry, or it and its copies. */
  readonly entries?: readonly SaidEntry[];
  /** Files that nothing holds any more. */
  readonly released?: readonly string[];
}

async function rewrite(parts: AmendParts, tx: Executor, said: Said, now: number): Promise<Rewritten> {
  const item = await tx.get(findSaidItem, said.place);
  const stored = await tx.all(listSaidEntries, said.place);
  const author = item?.sender_id ?? stored[0]?.sender_id;
  if (author === undefined) return { outcome: { kind: (await amendOverheard(tx, said)) ? "overheard" : "unknown" } };
  if (said.by !== null && ![said.by.id, ...(said.by.aliases ?? [])].includes(author)) return { outcome: { kind: "refused" } };
  const released: string[] = [];
  const changed = item !== undefined && (await amendItem(tx, item, said.text, now, released));
  const words = said.text ?? DELETED;
  // What was set aside keeps its words when there are new ones, and loses them when they are taken back.
  const entries = stored.filter(({ text, shown }) => text !== words && (said.text === null || shown === 1));
  if (entries.length === 0) return { outcome: { kind: changed ? "queued" : "unchanged" }, released };
  // The words behind `/new` are in the transcript without it: as a command was given, so it stays, save that it can be taken back.
  if (said.text !== null && item !== undefined && isCommand(item)) return { outcome: { kind: "unchanged" } };
  const kind = said.text === null ? "message.deleted" : "message.edited";
  for (const entry of entries) released.push(...(await amendEntry(tx, entry, { kind, text: words, at: now }, parts.ids)));
  return { outcome: { kind: "transcript" }, entries, released };
}

function isCommand(item: InboxRow): boolean {
  return (parseStored(item)?.command ?? null) !== null;
}

/** True when an item that waits says something else now, or waits no more. */
async function amendItem(tx: Executor, item: InboxRow, text: string | null, now: number, released: string[]): Promise<boolean> {
  const stored = parseStored(item);
  const words = text ?? DELETED;
  if (stored === null || stored.message.text === words || (text !== null && stored.command !== null)) return false;
  const withdrawn = text === null && (await tx.run(withdrawItem, { seq: item.seq })) > 0;
  const { attachments, ...message } = stored.message;
  if (text === null) released.push(...(await letGoOfMedia(tx, "item", item.id)));
  const kept = text === null || attachments === undefined ? message : { ...message, attachments };
  await tx.run(rewriteItem, { seq: item.seq, message: JSON.stringify({ ...stored, message: { ...kept, text: words } }) });
  if (!withdrawn && (text === null || item.state !== "queued")) return false;
  await recordEvent(tx, { at: now, kind: withdrawn ? "message.deleted" : "message.edited", session_key: item.session_key, data: { itemId: item.id } });
  return true;
}

/** What a message said that was accepted, or brought, is not kept any more, whatever became of it. Answers the files that nothing holds any more. */
export async function redactItem(tx: Executor, place: SaidPlace): Promise<readonly string[]> {
  const item = await tx.get(findSaidItem, place);
  const stored = item && parseStored(item);
  if (!item || !stored) return [];
  const { attachments: _, ...message } = stored.message;
  await tx.run(rewriteItem, { seq: item.seq, message: JSON.stringify({ ...stored, message: { ...message, text: DELETED } }) });
  return letGoOfMedia(tx, "item", item.id);
}

async function amendOverheard(tx: Executor, { place, text, by }: Said): Promise<boolean> {
  if (text === null || by === null) return (await tx.run(forgetOverheard, place)) > 0;
  return (await tx.run(rewriteOverheard, { ...place, sender_id: by.id, text })) > 0;
}
