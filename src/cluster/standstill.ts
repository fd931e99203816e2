import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../domain/clock.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Executor, Store } from "../store/store.ts";
import { findLease } from "../store/statements/find-lease.ts";
import { listForeignTurns } from "../store/statements/list-foreign-turns.ts";
import type { Leases } from "./leases.ts";

/** While somebody has this lease, no other gateway begins a turn. */
const STANDSTILL = "standstill";

/** How long whoever wants a standstill waits for another one's end, and for the answers that are being written. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 100;
const MOST = 10_000;

/** Until when another gateway keeps turns from beginning; null while nobody does. Asked in the transaction that claims. */
export async function heldUntil(tx: Executor, holder: string, now: number): Promise<number | null> {
  const lease = await tx.get(findLease, { name: STANDSTILL });
  return lease !== undefined && lease.lease_until > now && lease.holder !== holder ? lease.lease_until : null;
}

export interface StandstillParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly holder: string;
  readonly leases: Pick<Leases, "want" | "giveUp" | "holds">;
}

/** Waits for answers that other gateways write in these sessions; null: in none, "every": in all. */
export type Awaited = readonly string[] | "every" | null;

/**
 * Keeps every other gateway from beginning turns, and waits for those that run in the sessions that are named. Answers
 * what ends it; several at once in one process end with the last. Throws CHANGE_BUSY.
 */
export function createStandstill({ store, clock, holder, leases }: StandstillParts): (awaited: Awaited) => Promise<() => void> {
  let holders = 0;

  const until = async (what: string, condition: () => Promise<boolean>): Promise<void> => {
    for (const deadline = clock.now() + PATIENCE_MS; !(await condition()); ) {
      if (clock.now() > deadline) throw new ContinuoError("CHANGE_BUSY", what);
      await sleep(LOOK_EVERY_MS);
    }
  };
  const foreign = async (awaited: Awaited): Promise<number> => {
    if (awaited === null) return 0;
    const rows = await store.all(listForeignTurns, { holder, now: clock.now(), limit: MOST });
    return rows.filter(({ session_key: key }) => awaited === "every" || awaited.includes(key)).length;
  };
  const end = (): void => {
    holders--;
    if (holders === 0) void leases.giveUp(STANDSTILL);
  };

  return async (awaited) => {
    holders++;
    try {
      if (holders === 1) await leases.want(STANDSTILL, { gained: async () => undefined, lost: async () => undefined });
      await until("Another gateway changes who shares a conversation at the moment.", async () => leases.holds(STANDSTILL));
      await until("Answers are still being written by another gateway in conversations that would be moved.", async () => (await foreign(awaited)) === 0);
      return end;
    } catch (error) {
      end();
      throw error;
    }
  };
}
