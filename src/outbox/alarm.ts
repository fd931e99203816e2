export interface Alarm {
  /** Rings at `at` (ms since 1970), or after the longest sleep if that is earlier; what was set before is forgotten. */
  set(at: number): void;
  clear(): void;
}

/** A timer cannot be set as far ahead as a time can, and a clock may be changed while one waits. */
const LONGEST_SLEEP_MS = 60_000;

export function createAlarm(now: () => number, ring: () => void): Alarm {
  let timer: NodeJS.Timeout | null = null;
  const clear = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
  };
  return {
    clear,
    set(at) {
      clear();
      timer = setTimeout(ring, Math.min(LONGEST_SLEEP_MS, Math.max(1, at - now())));
      timer.unref();
    },
  };
}
