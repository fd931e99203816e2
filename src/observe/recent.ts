/** The latest values of something, for percentiles; a ring, so that it costs the same however long a gateway runs. */
export interface Recent {
  add(at: number, value: number): void;
  /** Of what was added after `since`; null where there was nothing. */
  percentiles(since: number): { readonly p50: number | null; readonly p95: number | null; readonly count: number };
}

const RING = 512;

function at(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

export function createRecent(): Recent {
  const times = new Float64Array(RING);
  const values = new Float64Array(RING);
  let next = 0;
  let filled = 0;
  return {
    add(time, value) {
      times[next] = time;
      values[next] = value;
      next = (next + 1) % RING;
      filled = Math.min(RING, filled + 1);
    },
    percentiles(since) {
      const sorted = [...values.subarray(0, filled)].filter((_, index) => (times[index] ?? 0) >= since).sort((a, b) => a - b);
      return { p50: at(sorted, 0.5), p95: at(sorted, 0.95), count: sorted.length };
    },
  };
}

/** How often something happens, over the last whole seconds. */
export interface Rate {
  add(now: number): void;
  perSecond(now: number): number;
}

const SECONDS = 10;

export function createRate(): Rate {
  // One more than is looked at: the second that has just begun does not count yet.
  const stamps = new Float64Array(SECONDS + 1);
  const counts = new Float64Array(SECONDS + 1);
  return {
    add(now) {
      const second = Math.floor(now / 1000);
      const slot = second % (SECONDS + 1);
      if (stamps[slot] !== second) {
        stamps[slot] = second;
        counts[slot] = 0;
      }
      counts[slot] = (counts[slot] ?? 0) + 1;
    },
    perSecond(now) {
      const second = Math.floor(now / 1000);
      let sum = 0;
      stamps.forEach((stamp, slot) => {
        if (stamp < second && stamp >= second - SECONDS) sum += counts[slot] ?? 0;
      });
      return sum / SECONDS;
    },
  };
}
