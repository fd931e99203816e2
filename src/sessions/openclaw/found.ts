import type { Fields } from "./fields.ts";

/** A line of a transcript as it lies there; `number` counts from 1. `text` null: it is no text. */
export interface FoundLine {
  readonly number: number;
  readonly text: string | null;
}

/** A row of `sessions.json`, or of the database of a later version. */
export interface FoundRow {
  readonly agentId: string;
  /** As it is spelled there. */
  readonly key: string;
  readonly entry: Fields;
  /** The file, relative to the source's directory. */
  readonly at: string;
}

/** A transcript that was put away: by a new beginning, or because its session was deleted. */
export interface PutAway {
  readonly kind: "reset" | "deleted";
  readonly at: number | null;
}

export interface FoundTranscript {
  readonly agentId: string;
  readonly sessionId: string;
  /** The key that it says it belongs to; null where only a row can tell. */
  readonly key: string | null;
  readonly at: string;
  readonly putAway: PutAway | null;
  /** The entry that its newest branch ends with, where the source says so; null: the last one. */
  readonly leaf: string | null;
  lines(): AsyncIterable<FoundLine>;
}

/** What the source has of one agent. */
export interface FoundAgent {
  readonly agentId: string;
  readonly rows: readonly FoundRow[];
  readonly transcripts: readonly FoundTranscript[];
}

/** Something that could not be read, or is not carried over, and why. `line` null: the file as a whole. */
export interface Trouble {
  readonly file: string;
  readonly line: number | null;
  readonly why: string;
}

export type Complain = (trouble: Trouble) => void;
