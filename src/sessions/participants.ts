import type { InboxItem } from "../domain/turn.ts";
import type { Executor } from "../store/store.ts";
import { upsertParticipant } from "../store/statements/upsert-participant.ts";

/**
 * Notes who speaks in a session, and from where: what the maps, the audit and a change of the settings are read from
 * instead of from all that was said. `items` are of one sender in one place, as a batch is; `canary` is the marker
 * that was planted with them.
 */
export async function recordParticipant(tx: Executor, items: readonly InboxItem[], canary: string | null, now: number): Promise<void> {
  const last = items.at(-1);
  if (!last) return;
  const { address, chatKind, sender, place, target } = last.message;
  await tx.run(upsertParticipant, {
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
  });
}
