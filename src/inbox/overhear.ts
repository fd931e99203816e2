import type { Address } from "../domain/address.ts";
import type { InboundMessage } from "../domain/message.ts";
import type { Executor } from "../store/store.ts";
import type { OverheardRow } from "../store/tables.ts";
import { dropOverheard } from "../store/statements/drop-overheard.ts";
import { insertOverheard } from "../store/statements/insert-overheard.ts";
import { listOverheard } from "../store/statements/list-overheard.ts";

function roomOf({ channel, account, chat, thread }: Address) {
  return { channel, account, chat, thread_key: thread ?? "" };
}

/**
 * A message of somebody who may speak in a group, who did not name the agent: kept as surroundings of the next one that
 * does, the newest `limit` of a room (spec 1.5, `historyLimit`). It is not answered and begins no turn.
 */
export async function overhear(tx: Executor, message: InboundMessage, limit: number): Promise<void> {
  if (limit <= 0 || message.text.trim() === "") return;
  const room = roomOf(message.address);
  await tx.run(insertOverheard, {
    ...room,
    thread: message.address.thread,
    sender_id: message.sender.id,
    sender_name: message.sender.name,
    message_id: message.messageId,
    text: message.text,
    at: message.sentAt,
  });
  const kept = await tx.all(listOverheard, room);
  const tooMany = kept.at(-limit - 1);
  if (tooMany) await tx.run(dropOverheard, { ...room, through: tooMany.seq });
}

/** Hands over what was overheard in a room, oldest first: from now on it is part of the transcript. */
export async function takeOverheard(tx: Executor, address: Address): Promise<OverheardRow[]> {
  const room = roomOf(address);
  const kept = await tx.all(listOverheard, room);
  const last = kept.at(-1);
  if (last) await tx.run(dropOverheard, { ...room, through: last.seq });
  return kept;
}
