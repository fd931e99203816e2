import { NO_SESSION } from "../domain/delivery.ts";
import { readerOf, type InboundMessage, type ReceiveOutcome } from "../domain/message.ts";
import type { Dropped } from "../domain/route.ts";
import { peerAudience, roomAudience } from "../routing/keys.ts";
import { upsertDrop } from "../store/statements/upsert-drop.ts";
import { overhear } from "./overhear.ts";
import type { ReceiveParts } from "./parts.ts";

function audienceOf({ address, chatKind, sender }: InboundMessage): string {
  const { channel, account, chat, thread } = address;
  return chatKind === "dm" ? peerAudience(channel, account, sender.id) : roomAudience(channel, account, chat, thread);
}

/** A refusal leaves a row without the text; a stranger may be told how to be let in. */
export async function refuse(parts: ReceiveParts, dropped: Dropped): Promise<ReceiveOutcome> {
  const { message, reason, mayAsk } = dropped;
  const { channel, account, chat } = message.address;
  const told = await parts.store.transaction(async (tx) => {
    await tx.run(upsertDrop, { channel, account, chat, sender_id: message.sender.id, sender_name: message.sender.name, reason, at: parts.clock.now() });
    // Who may speak there and did not name the agent is heard all the same: it is what the next question is about.
    if (reason === "group_mention_required") await overhear(tx, message, parts.settings.historyLimit(channel, account));
    const answer = mayAsk ? await parts.doorway.ask(tx, message) : null;
    if (answer === null) return false;
    await parts.sayNow(tx, NO_SESSION, { address: message.address, audience: audienceOf(message), peer: readerOf(message), replyTo: message.messageId }, answer);
    return true;
    // Who asks to be let in may concern everybody's people; who is only overheard belongs to the room's session.
  }, mayAsk ? undefined : parts.settings.route(message).sessionKey);
  if (told) parts.wakeOutbox();
  return { kind: "dropped", reason };
}
