import type { Clock } from "../../domain/clock.ts";

/** What was being written takes too long for a process that ends. */
export class TooLate extends Error {}

/** Long files are given up when the process ends: the next one writes them from the store, where all of it is. */
export interface Hurry {
  begin(): void;
  /** Throws `TooLate` once the time is up. */
  check(): void;
}

const PATIENCE_MS = 1_000;

export function createHurry(clock: Clock): Hurry {
  let until = Number.POSITIVE_INFINITY;
  return {
    begin() {
      until = Math.min(until, clock.now() + PATIENCE_MS);
    },
    check() {
      if (clock.now() > until) throw new TooLate();
    },
  };
}
