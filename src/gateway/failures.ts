import { createHash } from "node:crypto";
import type { Clock } from "../domain/clock.ts";

export interface FailureLimit {
  /** How long this address has to wait before it may try again, ms; 0 is now. */
  waitMs(address: string): number;
  /** `guess` is kept as a hash only. */
  record(address: string, guess: string): void;
}

interface Failure {
  readonly at: number;
  readonly guess: string;
}

const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 1_000;

/**
 * Slows down guessing of the secret: 20 different wrong ones a minute for each remote address. The same wrong one
 * again is no new guess: a page left open with an old token must not lock out its owner. The wait ends when the
 * oldest guess is a minute old.
 * It remembers at most 1,000 addresses, the latest ones.
 */
export function createFailureLimit(clock: Clock): FailureLimit {
  const failures = new Map<string, readonly Failure[]>();

  function recent(address: string): readonly Failure[] {
    const since = clock.now() - WINDOW_MS;
    return (failures.get(address) ?? []).filter(({ at }) => at > since);
  }

  return {
    waitMs(address) {
      const oldest = recent(address).at(-MAX_FAILURES);
      return oldest === undefined ? 0 : Math.max(0, oldest.at + WINDOW_MS - clock.now());
    },
    record(address, guess) {
      const hash = createHash("sha256").update(guess).digest("base64url");
      const known = recent(address);
      if (known.some((failure) => failure.guess === hash)) return;
      const times = [...known, { at: clock.now(), guess: hash }].slice(-MAX_FAILURES);
      failures.delete(address);
      failures.set(address, times);
      const [first] = failures.keys();
      if (failures.size > MAX_ADDRESSES && first !== undefined) failures.delete(first);
    },
  };
}
