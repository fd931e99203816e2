import type { Address } from "./address.ts";

/** `dm` is private between two; `group` and `channel` have readers besides the sender. */
export type ChatKind = "dm" | "group" | "channel";

export interface Sender {
  /** The platform's stable id, opaque, case kept. Empty when the platform gives none. */
  readonly id: string;
  /** Shown to people; never part of a key. */
  readonly name: string | null;
  readonly username: string | null;
  /** Other ids of the same account, on the platform's own word (a WhatsApp LID beside a phone number). */
  readonly aliases?: readonly string[];
  /** What the platform says of their language, as a tag: `zh-hans`. */
  readonly language?: string;
}

/** What a room's surroundings say about it; only stable ids take part in routing. */
export interface Place {
  readonly title: string | null;
  readonly parentChat: string | null;
  readonly guildId: string | null;
  readonly teamId: string | null;
  readonly roles: readonly string[];
}

/** A client that is an operator may name the session or the agent itself. */
export interface ExplicitTarget {
  readonly sessionKey: string | null;
  readonly agentId: string | null;
}

/** What every channel's `parse` makes of a platform event (the way of one message, docs/architecture.md). */
export interface InboundMessage {
  readonly address: Address;
  readonly chatKind: ChatKind;
  readonly sender: Sender;
  /** The platform's id of the message, unique within its chat: the idempotency key. Null switches deduplication off for it. */
  readonly messageId: string | null;
  readonly text: string;
  /** The agent was named, replied to or commanded; always true in a `dm`. */
  readonly mentioned: boolean;
  /** When the platform says it was written, ms. */
  readonly sentAt: number;
  readonly place: Place | null;
  readonly target: ExplicitTarget | null;
}

export interface Speaker {
  readonly channel: string;
  readonly account: string;
  readonly senderId: string;
}

/** Something that somebody writes in a chat with us alone; what is left out is what nothing depends on. */
export function directMessage({ channel, account, senderId }: Speaker, said: Partial<InboundMessage> = {}): InboundMessage {
  return {
    address: { channel, account, chat: senderId, thread: null },
    chatKind: "dm",
    sender: { id: senderId, name: null, username: null },
    messageId: null,
    text: "",
    mentioned: true,
    sentAt: 0,
    place: null,
    target: null,
    ...said,
  };
}

/** Who reads what is said in the chat that a message came from: its sender in private, nobody by name in a room. */
export function readerOf(message: InboundMessage): string {
  return message.chatKind === "dm" ? message.sender.id : "";
}

/** What `receive` answers a channel: it may acknowledge the platform event on every one of them. */
export type ReceiveOutcome =
  | { readonly kind: "accepted"; readonly itemId: string; readonly runId: string; readonly sessionKey: string }
  | { readonly kind: "duplicate"; readonly itemId: string; readonly runId: string; readonly sessionKey: string }
  /** `/stop`: it acted at once; `stopped` are the runs that it hit. */
  | { readonly kind: "answered"; readonly sessionKey: string; readonly text: string; readonly stopped: readonly string[] }
  | { readonly kind: "dropped"; readonly reason: string };
