import type { Mode } from "./types.ts";

/** What of a session goes to one key. */
export interface PlannedTarget {
  readonly key: string;
  readonly messages: number;
  /** Whose words, as people are known before the change. */
  readonly speakers: readonly string[];
}

export interface PlannedSession {
  readonly key: string;
  readonly action: "move" | "split" | "merge";
  readonly messages: number;
  readonly to: readonly PlannedTarget[];
  readonly words: string;
}

/** Somebody who would newly see what somebody said. */
export interface NewReader {
  readonly reader: string;
  readonly author: string;
  /** The same for the same two, whatever they call themselves. */
  readonly pair: string;
  /** How many of the author's messages. */
  readonly messages: number;
  /** Where they would be read. */
  readonly session: string;
  readonly words: string;
}

/** One step of a change, done in one transaction. */
export interface PlannedStep {
  readonly number: number;
  /** The sessions that it sorts anew; none: what waits in the inbox is routed anew. */
  readonly sources: readonly string[];
}

/** What a change of the settings or of the people does to conversations (law 7). */
export interface PlannedChange {
  readonly mode: Mode;
  readonly steps: readonly PlannedStep[];
  readonly sessions: readonly PlannedSession[];
  readonly stays: number;
  readonly moves: number;
  readonly splits: number;
  readonly merges: number;
  /** Messages that get another key. */
  readonly messages: number;
  /** The first of them; `readersTotal` counts all. */
  readonly readers: readonly NewReader[];
  readonly readersTotal: number;
  readonly lines: readonly string[];
}

/** A setting that the change is about. */
export interface ChangedSetting {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** A change as whoever has to approve it sees it. */
export interface Plan extends Omit<PlannedChange, "steps"> {
  /** Of what it was computed from: another id is another plan. */
  readonly id: string;
  readonly cause: "config" | "people";
  readonly settings: readonly ChangedSetting[];
}
