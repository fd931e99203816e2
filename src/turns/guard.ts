import { isOperatorChannel } from "../domain/address.ts";
import type { Entry } from "../domain/entry.ts";
import { directMessage, type InboundMessage } from "../domain/message.ts";
import type { Turn } from "../domain/turn.ts";
import { describeAudience, isInside } from "../routing/audience.ts";

export interface GuardParts {
  /** Who reads at a message's place, as the people are known now. */
  audience(message: InboundMessage): string;
}

/** To whom an entry was said: in a private chat whoever its sender is known to be now, elsewhere as it was written down. */
export function saidTo(parts: GuardParts, { from }: Entry): string {
  const { channel, account } = from.address;
  if (isOperatorChannel(channel) || from.audience.startsWith("chat:")) return from.audience;
  return parts.audience(directMessage({ channel, account, senderId: from.senderId }));
}

/** The same id on the same platform, through another account of ours: the scopes that bring it here tell no accounts apart. */
export function isSameAccount({ items }: Turn, from: { readonly senderId: string; readonly address: { readonly channel: string } }): boolean {
  const message = items[0]?.message;
  return message?.chatKind === "dm" && from.senderId !== "" && message.sender.id === from.senderId && message.address.channel === from.address.channel;
}

/**
 * Law 5: whoever reads the reply must be allowed to read all that it is made of. Null lets it go; otherwise the reason,
 * in words for the owner. Where the scope itself lets others speak, who wrote belongs there.
 */
export function guardReply(parts: GuardParts, turn: Turn, entries: readonly Entry[]): string | null {
  const { audience } = turn.reply;
  if (audience === "owner" || turn.items[0]?.shared === true) return null;
  const foreign = new Set<string>();
  let before: Entry | null = null;
  for (const entry of entries) {
    if (entry.role !== "user") continue;
    // One person's words mostly follow each other.
    const same = before !== null && before.from.senderId === entry.from.senderId && before.from.address.channel === entry.from.address.channel && before.from.audience === entry.from.audience;
    before = entry;
    if (same) continue;
    const source = saidTo(parts, entry);
    if (!isInside(audience, source) && !isSameAccount(turn, entry.from)) foreign.add(source);
  }
  if (foreign.size === 0) return null;
  const authors = [...foreign].map(describeAudience).join(", ");
  return `${describeAudience(audience)} would read an answer that could hold words of ${authors}`;
}
