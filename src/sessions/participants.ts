import type { Language } from "../domain/language.ts";
import type { InboxItem } from "../domain/turn.ts";
import type { Executor } from "../store/store.ts";
import { listSenderSessions } from "../store/statements/list-sender-sessions.ts";
import { upsertParticipant } from "../store/statements/upsert-participant.ts";
import { heardLanguage, languageIn } from "./language.ts";

/** Somebody whose words were overheard in a room: they are part of its transcript, so they speak there. */
export interface Overheard {
  readonly senderId: string;
  readonly senderName: string | null;
  readonly at: number;
}

/** Notes those who were overheard where an item was said; each once, with as many messages as were theirs. */
export async function recordOverheard(tx: Executor, item: InboxItem, overheard: readonly Overheard[]): Promise<void> {
  const { address, chatKind } = item.message;
  for (const theirs of Map.groupBy(overheard, ({ senderId }) => senderId).values()) {
    const last = theirs.at(-1);
    if (!last) continue;
    await tx.get(upsertParticipant, {
      session_key: item.sessionKey,
      channel: address.channel,
      account: address.account,
      chat: address.chat,
      thread: address.thread,
      thread_key: address.thread ?? "",
      sender_id: last.senderId,
      sender_name: last.senderName,
      chat_kind: chatKind,
      explicit: 0,
      // Where they were overheard is a room; which server it is in, the message that names the agent says.
      place: item.message.place === null ? null : JSON.stringify(item.message.place),
      messages: theirs.length,
      last_at: last.at,
      canary: null,
      language: null,
    });
  }
}

/**
 * Notes who speaks in a session, and from where: what the maps, the audit and a change of the settings are read from
 * instead of from all that was said. `items` are of one sender in one place, as a batch is; `canary` is the marker
 * that was planted with them. Answers with what they are answered in; null while that is unknown.
 */
export async function recordParticipant(tx: Executor, items: readonly InboxItem[], canary: string | null, now: number): Promise<Language | null> {
  const last = items.at(-1);
  if (!last) return null;
  const { address, chatKind, sender, place, target } = last.message;
  const row = await tx.get(upsertParticipant, {
    session_key: last.sessionKey,
    channel: address.channel,
    account: address.account,
    chat: address.chat,
    thread: address.thread,
    thread_key: address.thread ?? "",
    sender_id: sender.id,
    sender_name: sender.name,
    chat_kind: chatKind,
    explicit: target === null ? 0 : 1,
    place: place === null ? null : JSON.stringify(place),
    messages: items.length,
    last_at: now,
    canary,
    language: heardLanguage(items.map(({ message }) => message)),
  });
  return languageIn(row?.language);
}

/** One of somebody's accounts on a channel. */
export interface Sender {
  readonly channel: string;
  readonly senderId: string;
}

/** The keys of the sessions in which somebody speaks, on any of their accounts, the latest first; `limit` for each account. */
export async function sessionsSpokenIn(store: Executor, senders: readonly Sender[], limit: number): Promise<string[]> {
  const found = new Map<string, number>();
  for (const { channel, senderId } of new Map(senders.map((sender) => [JSON.stringify([sender.channel, sender.senderId]), sender])).values()) {
    for (const row of await store.all(listSenderSessions, { channel, sender_id: senderId, limit })) {
      found.set(row.session_key, Math.max(row.last_at, found.get(row.session_key) ?? 0));
    }
  }
  return [...found].sort(([a, at], [b, bt]) => bt - at || (a < b ? -1 : 1)).map(([key]) => key);
}
