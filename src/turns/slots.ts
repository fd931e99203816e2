import { waitingItems } from "../inbox/batch.ts";
import type { Store } from "../store/store.ts";
import { whoOf } from "./budget.ts";
import { createSchedule, type Concurrency, type Job } from "./schedule.ts";

export interface SlotParts {
  readonly store: Store;
  readonly settings: { concurrency(): Concurrency };
}

/** Places to run turns in: without limits there is always one, and asking for it costs nothing. */
export interface Slots {
  isLimited(): boolean;
  /** Waits for a place; answers what gives it back. Null when `signal` fires first. */
  take(sessionKey: string, signal: AbortSignal): Promise<(() => void) | null>;
}

const FREE = (): void => undefined;

async function whoWaits(store: Store, sessionKey: string): Promise<string> {
  const [item] = await waitingItems(store, sessionKey, 1);
  // Nobody waits where a turn has to be taken over: that has been let begin before, and takes its session's place.
  return item === undefined ? sessionKey : whoOf(item);
}

export function createSlots({ store, settings }: SlotParts): Slots {
  const schedule = createSchedule();
  const granted = new Map<Job, () => void>();

  const pump = (): void => {
    for (let job = schedule.next(settings.concurrency()); job !== null; job = schedule.next(settings.concurrency())) granted.get(job)?.();
  };
  const isLimited = (): boolean => Object.values(settings.concurrency()).some((limit) => limit !== Number.POSITIVE_INFINITY);

  return {
    isLimited,
    async take(session, signal) {
      if (!isLimited()) return FREE;
      const job: Job = { who: await whoWaits(store, session), session };
      if (signal.aborted) return null;
      return new Promise((resolve) => {
        const leave = (): void => {
          granted.delete(job);
          schedule.withdraw(job);
          resolve(null);
        };
        signal.addEventListener("abort", leave, { once: true });
        granted.set(job, () => {
          granted.delete(job);
          signal.removeEventListener("abort", leave);
          resolve(() => {
            schedule.end(job);
            pump();
          });
        });
        schedule.add(job);
        pump();
      });
    },
  };
}
