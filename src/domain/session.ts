import type { Address } from "./address.ts";
import type { ChatKind } from "./message.ts";
import type { QueueChoice } from "./queue.ts";

/** Why a session id began (law 6). */
export type BeganReason = "first-message" | "new" | "reset" | "clear" | "daily" | "idle" | "resumed" | "forked" | "repartitioned" | "imported";

/** What changed what a session shows: every one of them can be undone (law 6). */
export type StepKind = "new" | "reset" | "clear" | "daily" | "idle" | "resumed" | "forked" | "rewound" | "compacted" | "undone";

/** What a person set for one session alone; it never reaches the configuration. What is left out follows it. */
export interface SessionChoices {
  readonly thinking?: "off" | "minimal" | "low" | "medium" | "high";
  readonly verbose?: "off" | "on" | "full";
  /** When the agent answers in a room (spec 4.6). */
  readonly activation?: "mention" | "always";
  /** Whether replies are sent at all (spec 5.6). */
  readonly send?: "allow" | "deny";
  /** A line under each answer about what it used. */
  readonly usage?: "off" | "tokens" | "full";
  /** Whether a card says what was said elsewhere since this device was used last. */
  readonly catchUp?: "on" | "off";
}

export interface SessionTimes {
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the current session id began: the daily reset measures from here. */
  readonly startedAt: number;
  /** The last message of a person: the idle reset measures from here (spec 4.3). */
  readonly lastInteractionAt: number;
}

export interface SessionCounters {
  readonly messages: number;
  /** Of the last turn, as the provider reported it; null is unknown. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** The prompt size of the last model call: how full the context is. */
  readonly totalTokens: number | null;
  readonly cacheRead?: number | null;
  readonly cacheWrite?: number | null;
  /** How often the beginning of the current conversation was made shorter, and when last. */
  readonly compactions: number;
  readonly compactedAt: number | null;
}

export interface SessionModel {
  /** `provider/model` chosen by the person for this session; a fallback never lands here (P36). */
  readonly override: string | null;
  readonly last: string | null;
}

/** A conversation's place: where it belongs. `key` may be rewritten, addresses never. */
export interface Session {
  readonly key: string;
  readonly agentId: string;
  readonly sessionId: string;
  readonly chatKind: ChatKind;
  readonly channel: string;
  readonly displayName: string | null;
  readonly label: string | null;
  /** What the current conversation is called, or how it began. */
  readonly title: string | null;
  readonly audience: string;
  readonly running: boolean;
  readonly times: SessionTimes;
  readonly counters: SessionCounters;
  readonly model: SessionModel;
  readonly lastRoute: Address | null;
  readonly choices: SessionChoices;
  readonly queue: QueueChoice | null;
  readonly pinnedAt: number | null;
  readonly archivedAt: number | null;
}

/** Where the replies to one person go until they undock (spec A10). */
export interface Dock {
  readonly address: Address;
  /** Who reads it there. */
  readonly peer: string;
  /** Of the person who docked, as routing names it: nobody else's replies go there. */
  readonly audience: string;
  readonly since: number;
}

/** One session id's life under a key; an old one can be opened and resumed. */
export interface Conversation {
  readonly sessionId: string;
  readonly key: string;
  readonly beganAt: number;
  readonly beganReason: BeganReason;
  readonly endedAt: number | null;
  readonly endedReason: BeganReason | null;
  readonly messages: number;
  readonly preview: string | null;
  /** As its person called it. */
  readonly title: string | null;
  readonly forkedFrom: string | null;
}
