/** The stretches of a message's way that are measured, in order (docs/observability.md has the picture). */
export const STAGES = ["wait", "first_token", "answer", "commit", "outbox", "send", "journey"] as const;

export type Stage = (typeof STAGES)[number];

export interface StageFigures {
  readonly stage: Stage;
  /** Of the last minutes; null while there was nothing to measure. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly count: number;
}

/** For each second, over the last seconds. */
export interface Rates {
  readonly accepted: number;
  readonly committed: number;
  readonly sent: number;
}

/** How late timers are, ms; of the last seconds. */
export interface LoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What one process can say of itself. */
export interface ProcessFigures {
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Null until it was measured for a moment: that begins when somebody asks. */
  readonly loop: LoopDelay | null;
  readonly connections: number;
}

export interface Figures {
  readonly process: ProcessFigures;
  readonly rates: Rates;
  readonly stages: readonly StageFigures[];
}
