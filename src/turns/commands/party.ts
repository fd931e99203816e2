import type { InboundMessage } from "../../domain/message.ts";
import type { Party } from "../../people/index.ts";

/** The account that a message came from, as one side of an agreement. */
export function partyOf(message: InboundMessage, audience: string): Party {
  const { address, sender, chatKind } = message;
  return { channel: address.channel, account: address.account, peer: sender.id, displayName: sender.name, address, audience, chatKind };
}
