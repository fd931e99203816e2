import { waitingItems } from "../inbox/batch.ts";
import { kindOfSession } from "../sessions/kinds.ts";
import type { Store } from "../store/store.ts";
import { whoOf } from "./budget.ts";
import { createSchedule, type Concurrency, type Job } from "./schedule.ts";

/** What may run at once: of what people say, and of jobs in sessions of their own, which have places of their own (spec 12.1). */
export interface Places extends Concurrency {
  readonly jobs: number;
}

export interface SlotParts {
  readonly store: Store;
  readonly settings: { concurrency(): Places };
}

/** Places to run turns in: without limits there is always one, and asking for it costs nothing. */
export interface Slots {
  /** Whether what people say may have to wait. */
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

/** Places of one kind. */
interface Lane {
  isLimited(): boolean;
  take(job: Job, signal: AbortSignal): Promise<(() => void) | null>;
}

function isBounded({ total, perPerson }: Concurrency): boolean {
  return Math.min(total, perPerson) !== Number.POSITIVE_INFINITY;
}

function createLane(limits: () => Concurrency): Lane {
  const schedule = createSchedule();
  const granted = new Map<Job, () => void>();

  const pump = (): void => {
    for (let job = schedule.next(limits()); job !== null; job = schedule.next(limits())) granted.get(job)?.();
  };

  return {
    isLimited: () => isBounded(limits()),
    take: (job, signal) =>
      new Promise((resolve) => {
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
      }),
  };
}

export function createSlots({ store, settings }: SlotParts): Slots {
  const people = createLane(() => settings.concurrency());
  const jobs = createLane(() => ({ total: settings.concurrency().jobs, perPerson: Number.POSITIVE_INFINITY }));

  return {
    isLimited: people.isLimited,
    async take(session, signal) {
      const isJob = kindOfSession(session, "dm") === "cron";
      const lane = isJob ? jobs : people;
      if (!lane.isLimited()) return FREE;
      const job: Job = { who: isJob ? session : await whoWaits(store, session), session };
      return signal.aborted ? null : lane.take(job, signal);
    },
  };
}
