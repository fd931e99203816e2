import type { Clock } from "../domain/clock.ts";
import type { ChannelLog } from "../domain/channel.ts";
import type { Store } from "../store/store.ts";
import { forgetGateways } from "../store/statements/forget-gateways.ts";
import { releaseForeignLeases } from "../store/statements/release-foreign-leases.ts";
import { releaseLease } from "../store/statements/release-lease.ts";
import { takeLease } from "../store/statements/take-lease.ts";

/** What a gateway does while it alone may. */
export interface Duty {
  /** Tried again while the lease is held, if it rejects. */
  gained(): Promise<void>;
  /** Somebody else may have it by now: whatever was begun under it ends. */
  lost(): Promise<void>;
}

/** What one gateway at a time may do: each name has one holder, whose word is good until its lease runs out. */
export interface Leases {
  /** Wants a lease from now on: at once if it is free, else as soon as it is; also where asking for it fails, which is told. */
  want(name: string, duty: Duty): Promise<void>;
  /** Does not want it any more; `lost` has been called when this resolves, and somebody else may have it. */
  giveUp(name: string): Promise<void>;
  /** Whether it is held at this very moment: a process that was paused past its lease is told no. */
  holds(name: string): boolean;
  /** Holds on what is held, and tries for the rest. */
  beat(): Promise<void>;
  /** Others may have let go of something. */
  tryAgain(): void;
  /** The moves so far: what was gained, and what was lost without having been given up. */
  moves(): { readonly gained: number; readonly lost: number };
  stop(): Promise<void>;
}

export interface LeaseParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: ChannelLog;
  readonly holder: string;
  readonly leaseMs: number;
  /** Tells the others that something is free. */
  onReleased(name: string): void;
}

interface Wish {
  readonly duty: Duty;
  /** Until when it is held, by the clock; 0 while it is not. */
  until: number;
  /** What comes with it has been done, or is being done. */
  begun: boolean;
}

/** How soon something that failed is tried again where no beat does so. */
const RETRY_MS = 2_000;

/** What is wanted here, and what of it is held. */
interface Wishes {
  readonly all: Map<string, Wish>;
  readonly count: { gained: number; lost: number };
  /** Takes a lease or holds it on, if nobody else has it. */
  attempt(name: string, wish: Wish): Promise<void>;
  drop(name: string, wish: Wish): Promise<void>;
  /** Nothing could be renewed for so long that somebody else may have taken over. */
  dropOutdated(): Promise<void>;
}

/** Begins and ends what comes with a lease. */
function createDuties({ log }: Pick<LeaseParts, "log">, onFailed: () => void) {
  return {
    async begin(name: string, wish: Wish): Promise<void> {
      wish.begun = true;
      try {
        await wish.duty.gained();
      } catch (error) {
        wish.begun = false;
        log.error({ err: error, lease: name }, "something that comes with a lease could not begin; it is tried again");
        onFailed();
      }
    },
    async drop(name: string, wish: Wish): Promise<void> {
      if (wish.until === 0) return;
      wish.until = 0;
      wish.begun = false;
      await wish.duty.lost().catch((error: unknown) => log.error({ err: error, lease: name }, "something that goes with a lease did not end as it should"));
    },
  };
}

function createWishes(parts: LeaseParts, onFailed: () => void): Wishes {
  const { store, clock, log, holder, leaseMs } = parts;
  const all = new Map<string, Wish>();
  const count = { gained: 0, lost: 0 };
  const { begin, drop } = createDuties(parts, onFailed);

  const lose = (name: string, wish: Wish, how: string): Promise<void> => {
    count.lost++;
    log.warn({ lease: name }, how);
    return drop(name, wish);
  };

  return {
    all,
    count,
    drop,
    async attempt(name, wish) {
      // Measured before it is asked for: what this process believes ends no later than what the table says.
      const now = clock.now();
      const isMine = (await store.run(takeLease, { name, holder, now, lease_until: now + leaseMs })) > 0;
      if (all.get(name) !== wish) return;
      // Looked at only now: another attempt may have been faster.
      const hadIt = wish.until > 0;
      if (!isMine) return hadIt ? lose(name, wish, "another gateway has it now") : undefined;
      wish.until = now + leaseMs;
      if (!hadIt) {
        count.gained++;
        log.info({ lease: name }, "this gateway has it now");
      }
      if (!wish.begun) await begin(name, wish);
    },
    async dropOutdated() {
      for (const [name, wish] of all) {
        if (wish.until > 0 && wish.until <= clock.now()) await lose(name, wish, "the lease ran out before it could be renewed");
      }
    },
  };
}

export function createLeases(parts: LeaseParts): Leases {
  const { store, clock, log, holder } = parts;
  let retry: NodeJS.Timeout | null = null;
  const wishes = createWishes(parts, tryLater);

  const beat = async (): Promise<void> => {
    await wishes.dropOutdated();
    for (const [name, wish] of wishes.all) await wishes.attempt(name, wish);
  };
  const tryAgain = (): void => {
    beat().catch((error: unknown) => {
      log.warn({ err: error }, "the leases could not be looked at; it is tried again");
      tryLater();
    });
  };
  function tryLater(): void {
    retry ??= setTimeout(() => {
      retry = null;
      tryAgain();
    }, RETRY_MS).unref();
  }
  const giveUp = async (name: string): Promise<void> => {
    const wish = wishes.all.get(name);
    if (wish === undefined) return;
    wishes.all.delete(name);
    const hadIt = wish.until > 0;
    await wishes.drop(name, wish);
    if (!hadIt) return;
    await store.run(releaseLease, { name, holder });
    parts.onReleased(name);
  };

  return {
    async want(name, duty) {
      const wish: Wish = { duty, until: 0, begun: false };
      wishes.all.set(name, wish);
      try {
        await wishes.attempt(name, wish);
      } catch (error) {
        tryLater();
        throw error;
      }
    },
    giveUp,
    holds: (name) => (wishes.all.get(name)?.until ?? 0) > clock.now(),
    beat,
    tryAgain,
    moves: () => wishes.count,
    async stop() {
      if (retry) clearTimeout(retry);
      for (const name of [...wishes.all.keys()]) await giveUp(name);
    },
  };
}

/** The store is this process's alone: all others that it knows are dead. */
export async function buryOthers(store: Store, holder: string): Promise<void> {
  await store.run(releaseForeignLeases, { holder });
  await store.run(forgetGateways, { before: Number.MAX_SAFE_INTEGER });
}
