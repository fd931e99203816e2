import type { Delivery } from "../domain/delivery.ts";
import { createAlarm } from "./alarm.ts";
import { createRounds } from "./rounds.ts";

export interface LaneParts {
  now(): number;
  /** What waits, ordered by id, after `after`. */
  load(after: string): Promise<readonly Delivery[]>;
  /** False when it went back to be tried again: what comes after it in its lane waits for it. */
  process(delivery: Delivery): Promise<boolean>;
  onError(error: unknown): void;
}

export interface Lanes {
  wake(): void;
  stop(): Promise<void>;
}

/** How long the store is left alone after it failed. */
const PAUSE_AFTER_ERROR_MS = 1_000;

function laneOf(delivery: Delivery): string {
  const { channel, account, chat, thread } = delivery.address;
  return JSON.stringify([channel, account, chat, thread]);
}

/** Everything that waits, by lane, each in order. */
async function waitingLanes(parts: LaneParts): Promise<Map<string, Delivery[]>> {
  const waiting = new Map<string, Delivery[]>();
  for (let after = ""; ; ) {
    const page = await parts.load(after);
    for (const delivery of page) {
      const lane = laneOf(delivery);
      const queue = waiting.get(lane);
      if (queue) queue.push(delivery);
      else waiting.set(lane, [delivery]);
    }
    const last = page.at(-1);
    if (!last) return waiting;
    after = last.id;
  }
}

/** One lane an address: in order within, side by side between. A lane whose head is not due yet waits as a whole. */
export function createLanes(parts: LaneParts): Lanes {
  const busy = new Map<string, Promise<void>>();
  let stopped = false;

  const runLane = async (lane: string, deliveries: readonly Delivery[]): Promise<void> => {
    try {
      for (const delivery of deliveries) {
        if (stopped || delivery.dueAt > parts.now()) break;
        if (!(await parts.process(delivery))) break;
      }
      busy.delete(lane);
      scans.request();
    } catch (error) {
      busy.delete(lane);
      pauseAfter(error);
    }
  };

  const scan = async (): Promise<void> => {
    let next = Number.POSITIVE_INFINITY;
    for (const [lane, deliveries] of await waitingLanes(parts)) {
      const head = deliveries[0];
      if (!head || busy.has(lane)) continue;
      if (head.dueAt > parts.now()) next = Math.min(next, head.dueAt);
      else busy.set(lane, runLane(lane, deliveries));
    }
    if (Number.isFinite(next)) alarm.set(next);
  };

  const pauseAfter = (error: unknown): void => {
    parts.onError(error);
    if (!stopped) alarm.set(parts.now() + PAUSE_AFTER_ERROR_MS);
  };
  const scans = createRounds(scan, pauseAfter);
  const alarm = createAlarm(parts.now, scans.request);

  return {
    wake: scans.request,
    async stop() {
      stopped = true;
      await scans.end();
      alarm.clear();
      await Promise.all(busy.values());
    },
  };
}
