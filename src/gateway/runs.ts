import type { Usage } from "../domain/usage.ts";

/** How a run ended, for those who wait for it by its id. */
export interface RunEnd {
  readonly runId: string;
  readonly sessionId: string | null;
  readonly state: "ok" | "aborted" | "error";
  readonly text: string;
  readonly model: string | null;
  readonly usage: Usage | null;
  /** What a person is told about the failure, in state `error`. */
  readonly failure: string | null;
  readonly endedAt: number;
}

/** The latest runs of this process. What has to survive is in the store, not here. */
export interface Runs {
  find(runId: string): RunEnd | null;
  /** False when this run has ended before: its end is told once. */
  settle(end: RunEnd): boolean;
  /** Null when `signal` fires first. */
  wait(runId: string, signal: AbortSignal): Promise<RunEnd | null>;
}

const KEPT = 500;
/** Answers above this length are not kept for late askers: they are in the transcript. */
const KEPT_TEXT = 20_000;

export function createRuns(): Runs {
  const ended = new Map<string, RunEnd>();
  const waiting = new Map<string, Set<(end: RunEnd) => void>>();

  return {
    find: (runId) => ended.get(runId) ?? null,
    settle(end) {
      if (ended.has(end.runId)) return false;
      ended.set(end.runId, { ...end, text: end.text.slice(0, KEPT_TEXT) });
      const [oldest] = ended.keys();
      if (ended.size > KEPT && oldest !== undefined) ended.delete(oldest);
      const waiters = waiting.get(end.runId);
      waiting.delete(end.runId);
      for (const resolve of waiters ?? []) resolve(end);
      return true;
    },
    wait(runId, signal) {
      const known = ended.get(runId);
      if (known !== undefined) return Promise.resolve(known);
      if (signal.aborted) return Promise.resolve(null);
      return new Promise((resolve) => {
        const waiters = waiting.get(runId) ?? new Set();
        const settle = (end: RunEnd): void => {
          signal.removeEventListener("abort", leave);
          resolve(end);
        };
        const leave = (): void => {
          waiters.delete(settle);
          if (waiters.size === 0) waiting.delete(runId);
          resolve(null);
        };
        waiting.set(runId, waiters.add(settle));
        signal.addEventListener("abort", leave, { once: true });
      });
    },
  };
}
