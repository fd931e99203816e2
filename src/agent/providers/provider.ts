import type { Address } from "../../domain/address.ts";
import type { SessionChoices } from "../../domain/session.ts";
import type { Attachment } from "../../domain/message.ts";
import type { Usage } from "../../domain/usage.ts";

/**
 * One message as the model is shown it. Who, where and when are fields, not text, so that nothing
 * that a person types can pose as them (P40); each provider decides how to write them down.
 */
export interface ContextMessage {
  readonly role: "user" | "assistant";
  readonly text: string;
  readonly at: number;
  /** Chosen by the sender, so it proves nothing. */
  readonly senderName: string | null;
  /** Who it is, whatever they call themselves: `owner`, or `telegram:42`. */
  readonly senderId: string;
  readonly address: Address;
  /** How it waited while another answer was being written. */
  readonly queued?: Queued | null;
  /** What was said before, in short: made by the gateway, out of what people and the agent said. */
  readonly isSummary?: boolean;
  /** Something that happened: nobody said it. */
  readonly isEvent?: boolean;
  /** What was sent with it; the text has a line for each. */
  readonly attachments?: readonly Attachment[];
  readonly turnId?: string | null;
  /** Those of them that this model is shown in this request. */
  readonly images?: readonly ContextImage[];
}

export interface ContextImage {
  readonly type: string;
  readonly name: string;
  readonly data: Uint8Array;
}

/** Which images a model takes. */
export interface ImageLimits {
  readonly types: readonly string[];
  /** Of one image. */
  readonly maxBytes: number;
}

/** A message's number among those that are answered together, or the beginnings of `dropped` ones that are not (spec 12.4). */
export type Queued = { readonly kind: "waited"; readonly number: number } | { readonly kind: "overflow"; readonly dropped: number };

export type Thinking = NonNullable<SessionChoices["thinking"]>;

export interface ModelRequest {
  /** The model's id within its provider. */
  readonly model: string;
  readonly system: string;
  /** Oldest first; the last is from the user. */
  readonly messages: readonly ContextMessage[];
  /** Several people may speak in this conversation: senders are to be named to the model. */
  readonly shared: boolean;
  readonly maxOutputTokens: number | null;
  /** How long the model is to think before it answers, where it can; null, or left out, is as the provider would. */
  readonly thinking?: Thinking | null;
}

export type ModelEvent =
  | { readonly kind: "text"; readonly delta: string }
  | { readonly kind: "finish"; readonly usage: Usage; readonly stopReason: string };

export interface ModelInfo {
  readonly id: string;
  readonly name: string;
  readonly contextWindow: number;
  /** Absent: it is shown none. */
  readonly images?: ImageLimits;
}

/**
 * A model vendor or server. `stream` ends with exactly one `finish`, or throws a `ContinuoError`:
 * MODEL_REJECTED (4xx: final), MODEL_UNAVAILABLE (429, 5xx, network: another try or a fallback may help),
 * MODEL_KEY_MISSING. When `signal` fires it stops at once and throws the signal's reason.
 */
export interface Provider {
  readonly id: string;
  readonly models: readonly ModelInfo[];
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}
