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

export type MediaKind = "image" | "audio" | "video" | "file";

/** Something that was sent with a message. Its bytes are kept once, elsewhere; this is all that a transcript holds of it. */
export interface Attachment {
  readonly kind: MediaKind;
  /** As its sender's program called it. */
  readonly name: string;
  /** The MIME type, as its sender's program said: nothing is concluded from it but how to show it. */
  readonly type: string;
  readonly size: number;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly ref: string;
}

/** What comes with a message and has not been fetched: nobody's files are fetched before they are let in. */
export interface OfferedMedia extends Pick<Attachment, "kind" | "name" | "type"> {
  /** As the platform announces it; null where it does not. */
  readonly size: number | null;
  /** The bytes; stops early, with MEDIA_TOO_LARGE, behind `most`. An AbortError: not now. Else it cannot be had. */
  load(most: number): Promise<Uint8Array>;
}

/** What every channel's `parse` makes of a platform event (the way of one message, docs/architecture.md). */
export interface InboundMessage {
  readonly address: Address;
  readonly chatKind: ChatKind;
  readonly sender: Sender;
  /** The platform's id of the message, unique within its chat: the idempotency key. Null switches deduplication off for it. */
  readonly messageId: string | null;
  readonly text: string;
  /** What was sent with it and is kept; its words say of the rest why it is not. */
  readonly attachments?: readonly Attachment[];
  /** The agent was named, replied to or commanded; always true in a `dm`. */
  readonly mentioned: boolean;
  /** When the platform says it was written, ms. */
  readonly sentAt: number;
  readonly place: Place | null;
  readonly target: ExplicitTarget | null;
}

/**
 * The message with what came with it, which is durable then; what is not kept is told in its words. What is said in one
 * place is answered in the order in which it was asked for. Throws what the store throws.
 */
export type KeepMedia = (message: InboundMessage, offered: readonly OfferedMedia[]) => Promise<InboundMessage>;

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

/** Where somebody speaks: what is said there is taken in as it came, however long each takes to be looked up. */
export function placeOf({ address, target }: InboundMessage): string {
  const { channel, account, chat, thread } = address;
  return JSON.stringify([channel, account, chat, thread, target?.sessionKey ?? null, target?.agentId ?? null]);
}

/** What `receive` answers a channel: it may acknowledge the platform event on every one of them. */
export type ReceiveOutcome =
  | { readonly kind: "accepted"; readonly itemId: string; readonly runId: string; readonly sessionKey: string }
  | { readonly kind: "duplicate"; readonly itemId: string; readonly runId: string; readonly sessionKey: string }
  /** `/stop`: it acted at once; `stopped` are the runs that it hit. */
  | { readonly kind: "answered"; readonly sessionKey: string; readonly text: string; readonly stopped: readonly string[] }
  | { readonly kind: "dropped"; readonly reason: string };
