import type { Address } from "./address.ts";
import type { Attachment } from "./message.ts";
import type { Usage } from "./usage.ts";

/** Why a message that was accepted is not answered by itself: a cap (spec 12.3), or a newer message of its sender. */
export type DropReason = "old" | "new" | "summarize" | "interrupted";

export type Role = "user" | "assistant" | "toolResult" | "system";

/** Stands where something stood that was taken back. */
export const DELETED = "[message deleted]";

/** Who said it: kept on every stored item (law 4). */
export interface Attribution {
  readonly senderId: string;
  readonly senderName: string | null;
  readonly person: string | null;
  readonly address: Address;
  readonly audience: string;
}

/** One item of a transcript. `seq` counts from 1 within its session id. */
export interface Entry {
  readonly id: string;
  readonly parentId: string | null;
  readonly sessionId: string;
  readonly seq: number;
  readonly turnId: string | null;
  readonly role: Role;
  readonly text: string;
  readonly at: number;
  readonly from: Attribution;
  /** `provider/model`, on assistant entries. */
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly stopReason: string | null;
  /** The marker planted with it, while the self-test runs (docs/audience.md). */
  readonly canary?: string | null;
  /** Its number among the messages that waited for the same turn, from 1 (spec 12.4). */
  readonly queued?: number | null;
  /** Why it was not answered by itself, though it was accepted (spec 12.3). */
  readonly dropped?: DropReason | null;
  /** What was sent with it; never its bytes. */
  readonly attachments?: readonly Attachment[] | null;
  /** Something that happened, of which models are told though nobody said it: a `system` entry otherwise is for people alone. */
  readonly event?: boolean | null;
  /** It sums up what was said before another entry: models are shown it instead (spec 7.2). */
  readonly compaction?: Compaction | null;
}

/** Somebody who said something, and to whom: what the guard goes by. */
export interface Speaker {
  readonly channel: string;
  readonly account: string;
  readonly senderId: string;
  readonly audience: string;
}

export interface Compaction {
  /** From here on models are shown what was said, word for word. */
  readonly firstKeptSeq: number;
  /** The prompt's size before, as the provider reported it; null is unknown. */
  readonly tokensBefore: number | null;
  /** Whose words it stands for; one that was imported does not say. */
  readonly speakers?: readonly Speaker[];
}

/** Stands in the id of a copy between the original's and what tells the copies apart. */
export const COPIED = "~";
/** Sorts behind every copy of an id. */
const BEHIND_COPIES = "\u007f";

/** The ids of an entry and of all its copies in forks, as a range. */
export function copiesOf(id: string): { readonly from: string; readonly before: string } {
  const [original = id] = id.split(COPIED);
  return { from: original, before: original + BEHIND_COPIES };
}
