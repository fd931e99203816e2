import type { Clock } from "../domain/clock.ts";

/** Runs something later; returns what takes it back. */
export type After = (ms: number, run: () => void) => () => void;

export const afterTimeout: After = (ms, run) => {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
};

/** Limits how often something is told: at once when it has been quiet, else once at the end of the interval. */
export interface Pace {
  offer(): void;
  /** Tells now what is still waiting. */
  flush(): void;
  stop(): void;
}

export function createPace(intervalMs: number, clock: Clock, after: After, tell: () => void): Pace {
  let last = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;

  function stop(): void {
    cancel?.();
    cancel = null;
  }

  function now(): void {
    stop();
    last = clock.now();
    tell();
  }

  return {
    offer() {
      if (cancel !== null) return;
      const wait = last + intervalMs - clock.now();
      // A clock that was set back must not silence a run for hours.
      if (wait <= 0 || wait > intervalMs) now();
      else cancel = after(wait, now);
    },
    flush() {
      if (cancel !== null) now();
    },
    stop,
  };
}
