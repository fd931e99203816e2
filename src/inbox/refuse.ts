import { readerOf, type ReceiveOutcome } from "../domain/message.ts";
import type { Dropped } from "../domain/route.ts";
import { peerAudience, roomAudience } from "../routing/keys.ts";
import { markDropNotified } from "../store/statements/mark-drop-notified.ts";
import { upsertDrop } from "../store/statements/upsert-drop.ts";
import type { ReceiveParts } from "./parts.ts";

const NO_SESSION = "unknown";

/** A refusal leaves a row without the text; a stranger is told once. */
export async function refuse(parts: ReceiveParts, dropped: Dropped): Promise<ReceiveOutcome> {
  const { message, reason, notice } = dropped;
  const { channel, account, chat } = message.address;
  const key = { channel, account, chat, sender_id: message.sender.id, reason };
  const told = await parts.store.transaction(async (tx) => {
    await tx.run(upsertDrop, { ...key, sender_name: message.sender.name, at: parts.clock.now() });
    if (notice === null || (await tx.run(markDropNotified, key)) === 0) return false;
    const audience = message.chatKind === "dm" ? peerAudience(channel, account, message.sender.id) : roomAudience(channel, account, chat, message.address.thread);
    await parts.sayNow(tx, NO_SESSION, { address: message.address, audience, peer: readerOf(message), replyTo: message.messageId }, notice);
    return true;
  });
  if (told) parts.wakeOutbox();
  return { kind: "dropped", reason };
}
