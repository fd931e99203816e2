import { setImmediate as nextTurn } from "node:timers/promises";
import type { Address } from "../domain/address.ts";
import type { Delivery } from "../domain/delivery.ts";
import { createRounds } from "./rounds.ts";
import { createSleepers } from "./sleepers.ts";

export interface LaneParts {
  now(): number;
  /** Whether what goes there is this gateway's to send, at this moment. */
  isOurs(address: Address): boolean;
  /** What waits for an address, in order, the first of it. */
  load(address: Address): Promise<readonly Delivery[]>;
  /** The head of the lane after this address; null begins. */
  nextHead(after: Address | null): Promise<Delivery | null>;
  /** False when it went back to be tried again: what comes after it in its lane waits for it. */
  process(delivery: Delivery): Promise<boolean>;
  onError(error: unknown): void;
}

export interface Lanes {
  /** Something may be due for this address; without one, for any. */
  wake(address?: Address): void;
  stop(): Promise<void>;
}

/** How long the store is left alone after it failed. */
const PAUSE_AFTER_ERROR_MS = 1_000;
/** Wakes are hints: what one that was missed would have told is found by then. */
const LOOK_EVERYWHERE_MS = 60_000;
/** Heads that are looked at before others are let in. */
const HEADS_AT_ONCE = 50;

interface Running {
  again: boolean;
  done: Promise<void>;
}

function laneOf({ channel, account, chat, thread }: Address): string {
  return JSON.stringify([channel, account, chat, thread ?? ""]);
}

/**
 * Sends what waits for an address until nothing is due; answers when the next of it is, null when nothing waits. Told to
 * stop, it still sends what it was looking for: the answer of a turn that ended just in time.
 */
async function drainLane(parts: LaneParts, address: Address, isStopped: () => boolean): Promise<number | null> {
  for (let looked = 0; ; ) {
    const page = await parts.load(address);
    if (page.length === 0) return null;
    for (const delivery of page) {
      if (!parts.isOurs(address)) return null;
      if ((isStopped() && looked > 0) || delivery.dueAt > parts.now()) return delivery.dueAt;
      looked++;
      // It went back with a later time, which is in the store.
      if (!(await parts.process(delivery))) break;
    }
  }
}

/** Every head, one after the other; others are let in between. */
async function eachHead(parts: LaneParts, isStopped: () => boolean, take: (head: Delivery) => void): Promise<void> {
  let seen = 0;
  for (let head = await parts.nextHead(null); head !== null && !isStopped(); head = await parts.nextHead(head.address)) {
    take(head);
    if (++seen % HEADS_AT_ONCE === 0) await nextTurn();
  }
}

interface Drains {
  /** Looks what is due for an address, now or, where it is being sent, once more when that ends. */
  begin(address: Address): void;
  isBusy(lane: string): boolean;
  ended(): Promise<unknown>;
}

interface DrainEnds {
  /** What comes next for the address is not due yet. */
  asleep(lane: string, address: Address, until: number): void;
  failed(error: unknown): void;
  isStopped(): boolean;
}

/** At most one at work for each address. */
function createDrains(parts: LaneParts, ends: DrainEnds): Drains {
  const running = new Map<string, Running>();

  const run = async (lane: string, address: Address, own: Running): Promise<void> => {
    try {
      let until: number | null;
      do {
        own.again = false;
        until = await drainLane(parts, address, ends.isStopped);
        // Asked for before the end: nobody asks after it.
      } while (own.again);
      running.delete(lane);
      if (until !== null) ends.asleep(lane, address, until);
    } catch (error) {
      running.delete(lane);
      ends.failed(error);
    }
  };

  return {
    isBusy: (lane) => running.has(lane),
    begin(address) {
      const lane = laneOf(address);
      const known = running.get(lane);
      // What was committed after its last look would wait for nobody.
      if (known) return void (known.again = true);
      const own: Running = { again: false, done: Promise.resolve() };
      running.set(lane, own);
      own.done = run(lane, address, own);
    },
    ended: () => Promise.all([...running.values()].map(({ done }) => done)),
  };
}

/**
 * One lane an address: in order within, side by side between. A lane whose head is not due yet waits as a whole: it
 * is not looked at before its time, so that a chat that cannot be reached costs the others nothing, however much waits
 * for it.
 */
export function createLanes(parts: LaneParts): Lanes {
  let lookEverywhereAt = 0;
  let stopped = false;
  const isStopped = (): boolean => stopped;

  const look = (address: Address): void => {
    if (stopped || !parts.isOurs(address)) return;
    sleepers.wake(laneOf(address));
    drains.begin(address);
  };

  const lookEverywhere = async (): Promise<void> => {
    lookEverywhereAt = parts.now() + LOOK_EVERYWHERE_MS;
    await eachHead(parts, isStopped, ({ address, dueAt }) => {
      const lane = laneOf(address);
      if (dueAt > parts.now() && !drains.isBusy(lane)) sleepers.put(lane, address, dueAt);
      else look(address);
    });
    sleepers.ringBy(lookEverywhereAt);
  };

  const pauseAfter = (error: unknown): void => {
    parts.onError(error);
    lookEverywhereAt = parts.now() + PAUSE_AFTER_ERROR_MS;
    sleepers.ringBy(lookEverywhereAt);
  };

  const ring = (): void => {
    if (lookEverywhereAt <= parts.now()) return rounds.request();
    for (const address of sleepers.due()) look(address);
    sleepers.ringBy(lookEverywhereAt);
  };
  const sleepers = createSleepers(() => parts.now(), ring);
  const drains = createDrains(parts, { asleep: sleepers.put, failed: pauseAfter, isStopped });
  const rounds = createRounds(lookEverywhere, pauseAfter);

  return {
    wake: (address) => (address === undefined ? rounds.request() : look(address)),
    async stop() {
      stopped = true;
      await rounds.end();
      sleepers.end();
      await drains.ended();
    },
  };
}
