/** Where a message came from or goes to: the transport reference. It is never rewritten (docs/glossary.md). */
export interface Address {
  /** A platform: `telegram`, `webchat`, `terminal`. */
  readonly channel: string;
  /** Which of our accounts on it; `default` where there is one. */
  readonly account: string;
  /** The platform's id of the room or the private chat, as the platform spells it. */
  readonly chat: string;
  /** A forum topic or thread inside the chat. */
  readonly thread: string | null;
}

/** Channels whose sender is the operator, authenticated by the gateway's token (spec A1). */
export const OPERATOR_CHANNELS: readonly string[] = ["webchat", "terminal"];

export function isOperatorChannel(channel: string): boolean {
  return OPERATOR_CHANNELS.includes(channel);
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.channel === b.channel && a.account === b.account && a.chat === b.chat && a.thread === b.thread;
}
