import type { Clock } from "../domain/clock.ts";

export interface FailureLimit {
  /** How long this address has to wait before it may try again, ms; 0 is now. */
  waitMs(address: string): number;
  record(address: string): void;
}

const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 1_000;

/**
 * Slows down guessing of the secret: 20 wrong ones a minute for each remote address. The wait ends when the
 * oldest failure is a minute old, so that one mistyped script cannot lock its neighbours out for longer.
 * It remembers at most 1,000 addresses, the latest ones.
 */
export function createFailureLimit(clock: Clock): FailureLimit {
  const failures = new Map<string, number[]>();

  function recent(address: string): number[] {
    const since = clock.now() - WINDOW_MS;
    return (failures.get(address) ?? []).filter((at) => at > since);
  }

  return {
    waitMs(address) {
      const times = recent(address);
      const oldest = times.at(-MAX_FAILURES);
      return oldest === undefined ? 0 : Math.max(0, oldest + WINDOW_MS - clock.now());
    },
    record(address) {
      const times = [...recent(address), clock.now()].slice(-MAX_FAILURES);
      failures.delete(address);
      failures.set(address, times);
      const [first] = failures.keys();
      if (failures.size > MAX_ADDRESSES && first !== undefined) failures.delete(first);
    },
  };
}
