import type { DropReason } from "../domain/entry.ts";
import type { Language } from "../domain/language.ts";
import type { QueuePolicy } from "../domain/queue.ts";
import { readerOf } from "../domain/message.ts";
import type { InboxItem } from "../domain/turn.ts";
import { languageOf } from "../sessions/language.ts";
import { readQueue } from "../sessions/queue.ts";
import type { Executor } from "../store/store.ts";
import { countWaitingItems } from "../store/statements/count-waiting-items.ts";
import { dropQueuedItem } from "../store/statements/drop-queued-item.ts";
import { findToldItem } from "../store/statements/find-told-item.ts";
import { waitingItems } from "./batch.ts";
import { say } from "../texts/index.ts";
import type { SayNow } from "./parts.ts";

export interface QueueParts {
  readonly settings: { queue(channel: string): QueuePolicy };
  readonly sayNow: SayNow;
}

/**
 * One person, wherever they write: in private whoever reads there, in a room whoever has the id. Only their own newer
 * message interrupts what somebody is being answered, or takes the place of what they said before.
 */
export function sameSpeaker(one: InboxItem, other: InboxItem): boolean {
  const { sender, address } = one.message;
  if (sender.id !== "" && other.message.sender.id === sender.id && other.message.address.channel === address.channel) return true;
  return one.audience === other.audience && !one.audience.startsWith("chat:");
}

function speakerOf({ message }: InboxItem): string {
  return JSON.stringify([message.address.channel, message.sender.id]);
}

/** The oldest message of whoever has most of them waiting: nobody's flood pushes out what somebody else said. */
function firstToGo(waiting: readonly InboxItem[], newcomer: InboxItem): InboxItem {
  const bySpeaker = [...Map.groupBy(waiting, speakerOf).values()].toSorted((a, b) => b.length - a.length);
  for (const theirs of bySpeaker) {
    const oldest = theirs.find((item) => item !== newcomer && item.command === null);
    if (oldest) return oldest;
  }
  return newcomer;
}

/**
 * Which of the waiting messages are not answered by themselves, now that the last of them has come (spec 12.2, 12.3).
 * A command that waits is never among them; `/queue` has to work in a full queue.
 */
export function chooseDropped(waiting: readonly InboxItem[], { mode, cap, drop }: QueuePolicy): ReadonlyMap<InboxItem, DropReason> {
  const dropped = new Map<InboxItem, DropReason>();
  const newcomer = waiting.at(-1);
  if (!newcomer) return dropped;
  if (mode === "interrupt" && newcomer.command === null) {
    for (const item of waiting) if (item !== newcomer && item.command === null && sameSpeaker(item, newcomer)) dropped.set(item, "interrupted");
  }
  let rest = waiting.filter((item) => !dropped.has(item));
  while (rest.length > cap && !dropped.has(newcomer)) {
    const item = drop === "new" ? newcomer : firstToGo(rest, newcomer);
    dropped.set(item, item === newcomer ? "new" : drop);
    rest = rest.filter((other) => other !== item);
  }
  return dropped;
}

/** What its sender is told, once until the next turn has taken what waits. */
export function droppedNotice(language: Language, reason: DropReason, cap: number): string {
  return reason === "interrupted" ? say(language, "queue.interrupted") : say(language, `queue.full-${reason}`, { cap });
}

/** Keeps a session's queue within its cap, in the transaction that accepted a message. True: somebody is told something. */
export async function limitQueue(parts: QueueParts, tx: Executor, sessionKey: string, channel: string): Promise<boolean> {
  const policy = await readQueue(tx, sessionKey, parts.settings.queue(channel));
  const count = (await tx.get(countWaitingItems, { session_key: sessionKey }))?.count ?? 0;
  if (count <= policy.cap && policy.mode !== "interrupt") return false;
  const waiting = await waitingItems(tx, sessionKey, count);
  let told = false;
  for (const [item, reason] of chooseDropped(waiting, policy)) {
    const { address, sender, messageId } = item.message;
    const { channel: on, account, chat } = address;
    const before = await tx.get(findToldItem, { session_key: sessionKey, channel: on, account, chat, sender_id: sender.id });
    await tx.run(dropQueuedItem, { seq: item.seq, reason });
    if (before) continue;
    await parts.sayNow(tx, sessionKey, { address, audience: item.audience, peer: readerOf(item.message), replyTo: messageId }, droppedNotice(await languageOf(tx, item.message), reason, policy.cap));
    told = true;
  }
  return told;
}
