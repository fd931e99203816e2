import type { Address } from "./address.ts";
import type { Language } from "./language.ts";
import type { InboundMessage, OfferedMedia, ReceiveOutcome } from "./message.ts";

/** One part of a reply, already in the platform's own form and within its limits. */
export interface RenderedPart {
  readonly text: string;
  /** The same without markup, sent when the platform refuses the markup. */
  readonly plain: string;
}

export interface Outgoing {
  readonly address: Address;
  readonly part: RenderedPart;
  /** The platform's id of the message this answers, when it should be quoted. */
  readonly replyTo: string | null;
  /** A nonce that stays the same over retries, for platforms that deduplicate by one. */
  readonly nonce: string;
}

export interface Receipt {
  /** The platform's id of what was sent. */
  readonly messageId: string;
}

export interface ChannelStatus {
  readonly account: string;
  readonly state: "starting" | "connected" | "retrying" | "stopped" | "failed" | "standby";
  /** What to tell the operator: never a secret, never a stack. */
  readonly detail: string | null;
  readonly since: number;
}

export interface ChannelLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** Something that was said before is other now on the platform, or gone. */
export type Amendment =
  /** The message as it reads now, under its id of before. */
  | { readonly kind: "edited"; readonly message: InboundMessage }
  /** The platform says what is gone; who may take it back is the platform's to decide. */
  | { readonly kind: "deleted"; readonly address: Address; readonly messageId: string };

/** What an amendment has reached. `refused`: somebody else had said it. `unknown`: it was never let in, or is gone. */
export interface AmendOutcome {
  readonly kind: "queued" | "transcript" | "overheard" | "unchanged" | "refused" | "unknown";
}

/** What a channel is given when it starts. */
export interface ChannelContext {
  /**
   * Resolves after the message is durably accepted (or refused); only then may the channel acknowledge. What comes with it
   * is fetched once its sender is let in, and kept before that.
   */
  receive(message: InboundMessage, offered?: readonly OfferedMedia[]): Promise<ReceiveOutcome>;
  /** Resolves after the change is durable; it never begins a turn. The channel may acknowledge it whatever came of it. */
  amend(change: Amendment): Promise<AmendOutcome>;
  /** Where a polling channel keeps its place; `name` is unique within the account. */
  readCursor(account: string, name: string): Promise<string | null>;
  writeCursor(account: string, name: string, value: string): Promise<void>;
  readonly log: ChannelLog;
  now(): number;
  /** Called on every change of state. */
  onStatus(status: ChannelStatus): void;
}

/** Platforms where a sent message can be changed: used to stream a reply. */
export interface Edits {
  edit(address: Address, messageId: string, part: RenderedPart, signal: AbortSignal): Promise<void>;
  /** The least time between two edits of one message, ms. */
  readonly intervalMs: number;
}

export interface Typing {
  show(address: Address): Promise<void>;
  /** How often the platform wants to be told again, ms. */
  readonly intervalMs: number;
}

/** One page of a platform's own command menu. */
export interface MenuPage {
  readonly place: "private" | "group";
  /** Whom it is for; null is everybody else. */
  readonly language: Language | null;
  readonly entries: readonly { readonly name: string; readonly description: string }[];
}

/** Platforms that show a bot's commands themselves. */
export interface Menu {
  /** Shows these pages from now on, on one of our accounts; asks the platform for no change where there is none. */
  offer(account: string, pages: readonly MenuPage[]): Promise<void>;
}

/**
 * A platform. `send` and `edit` throw a `ContinuoError`: `CHANNEL_REJECTED` is final,
 * `CHANNEL_UNAVAILABLE` is tried again (after `retryAfterMs` where the platform says so), and with
 * `CHANNEL_UNCERTAIN` nobody knows whether the platform has it: the connection broke before its answer.
 */
export interface Channel {
  readonly name: string;
  readonly accounts: readonly string[];
  /**
   * What a send that comes twice under one nonce leads to: `deduplicated` shows it once and answers with the first one's id,
   * `ambiguous` shows it twice. It decides what becomes of a reply that was under way when a gateway died.
   */
  readonly repeats: "deduplicated" | "ambiguous";
  start(context: ChannelContext): Promise<void>;
  stop(): Promise<void>;
  /** Pure: Markdown in, parts within the platform's limit out; never empty for a non-blank text. */
  render(markdown: string): readonly RenderedPart[];
  send(outgoing: Outgoing, signal: AbortSignal): Promise<Receipt>;
  readonly edits?: Edits;
  readonly typing?: Typing;
  readonly menu?: Menu;
}
