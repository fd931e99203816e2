import type { Clock } from "../domain/clock.ts";
import type { After } from "./pace.ts";

/** A clock and timers that stand still until a test moves them. */
export interface FakeTime {
  readonly clock: Clock;
  readonly after: After;
  pass(ms: number): void;
  set(now: number): void;
}

export function fakeTime(start = 0): FakeTime {
  let now = start;
  let timers: { at: number; run: () => void }[] = [];
  return {
    clock: { now: () => now },
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
    pass(ms) {
      const until = now + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers = timers.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = until;
    },
    set: (value) => void (now = value),
  };
}
