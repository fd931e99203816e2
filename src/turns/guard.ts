import { isOperatorChannel } from "../domain/address.ts";
import type { Entry, Speaker } from "../domain/entry.ts";
import { directMessage, type InboundMessage } from "../domain/message.ts";
import type { Turn } from "../domain/turn.ts";
import { describeAudience, isInside } from "../routing/audience.ts";

/** What is answered, and to whom. */
export type Answering = Pick<Turn, "items" | "reply">;

export interface GuardParts {
  /** Who reads at a message's place, as the people are known now. */
  audience(message: InboundMessage): string;
}

/** To whom something was said: in a private chat whoever its sender is known to be now, elsewhere as it was written down. */
function saidTo(parts: GuardParts, { channel, account, senderId, audience }: Speaker): string {
  if (isOperatorChannel(channel) || audience.startsWith("chat:")) return audience;
  return parts.audience(directMessage({ channel, account, senderId }));
}

/** Whose words an entry carries: its own, or those that it sums up. */
function speakersOf({ role, from, compaction }: Entry): readonly Speaker[] {
  if (compaction) return compaction.speakers ?? [];
  return role === "user" ? [{ channel: from.address.channel, account: from.address.account, senderId: from.senderId, audience: from.audience }] : [];
}

/** The same id on the same platform, through another account of ours: the scopes that bring it here tell no accounts apart. */
export function isSameAccount({ items }: Pick<Turn, "items">, from: Pick<Speaker, "senderId" | "channel">): boolean {
  const message = items[0]?.message;
  return message?.chatKind === "dm" && from.senderId !== "" && message.sender.id === from.senderId && message.address.channel === from.channel;
}

/** To whom the words were said that a turn's reader may not read. Where the scope itself lets others speak, who wrote belongs there. */
function foreignOf(parts: GuardParts, turn: Answering, speakers: readonly Speaker[]): ReadonlySet<string> {
  const { audience } = turn.reply;
  const foreign = new Set<string>();
  if (audience === "owner" || turn.items[0]?.shared === true) return foreign;
  let before: Speaker | null = null;
  for (const speaker of speakers) {
    // One person's words mostly follow each other.
    const same = before !== null && before.senderId === speaker.senderId && before.channel === speaker.channel && before.audience === speaker.audience;
    before = speaker;
    if (same) continue;
    const source = saidTo(parts, speaker);
    if (!isInside(audience, source) && !isSameAccount(turn, speaker)) foreign.add(source);
  }
  return foreign;
}

export function hasForeign(parts: GuardParts, turn: Answering, speakers: readonly Speaker[]): boolean {
  return foreignOf(parts, turn, speakers).size > 0;
}

/** Law 5: whoever reads the reply must be allowed to read all that it is made of. Null lets it go; otherwise the reason, in words for the owner. */
export function guardReply(parts: GuardParts, turn: Answering, entries: readonly Entry[]): string | null {
  const foreign = foreignOf(parts, turn, entries.flatMap(speakersOf));
  if (foreign.size === 0) return null;
  const authors = [...foreign].map(describeAudience).join(", ");
  return `${describeAudience(turn.reply.audience)} would read an answer that could hold words of ${authors}`;
}
