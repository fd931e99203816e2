import type { Address } from "../domain/address.ts";
import { createAlarm } from "./alarm.ts";

/** Lanes whose head is not due yet. */
export interface Sleepers {
  put(lane: string, address: Address, until: number): void;
  wake(lane: string): void;
  /** Whose time has come. */
  due(): readonly Address[];
  /** Rings for all that sleep, and at `latest` (ms since 1970) whoever does. */
  ringBy(latest: number): void;
  end(): void;
}

interface Sleeping {
  readonly address: Address;
  readonly until: number;
}

export function createSleepers(now: () => number, ring: () => void): Sleepers {
  const sleeping = new Map<string, Sleeping>();
  const alarm = createAlarm(now, ring);
  let ringsAt = Number.POSITIVE_INFINITY;
  let ended = false;

  const ringAt = (at: number): void => {
    ringsAt = at;
    if (!ended) alarm.set(at);
  };

  return {
    put(lane, address, until) {
      sleeping.set(lane, { address, until });
      if (until < ringsAt) ringAt(until);
    },
    wake: (lane) => void sleeping.delete(lane),
    due() {
      const at = now();
      return [...sleeping.values()].flatMap(({ address, until }) => (until <= at ? [address] : []));
    },
    ringBy(latest) {
      let next = latest;
      for (const { until } of sleeping.values()) next = Math.min(next, until);
      ringAt(next);
    },
    end() {
      ended = true;
      alarm.clear();
    },
  };
}
