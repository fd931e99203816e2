import type { Pool } from "pg";
import type { Clock } from "../../../domain/clock.ts";

export interface DatabaseClock extends Clock {
  measure(): Promise<void>;
}

/** When in this time the answer was made nobody knows: one that took longer is not believed if a better one was had. */
const LONGEST_TRIP_MS = 500;
const FIRST_TRIES = 3;

/**
 * The database's time, carried on by this machine's steady clock between two measurements; it never goes back. Whoever
 * sets this machine's clock changes nothing here, nor does a process that is paused while it asks: a clock that had gone
 * ahead would stand still for as long, and what this gateway holds would be held for longer than it lives.
 */
export async function createDatabaseClock(pool: Pick<Pool, "query">, steady: Clock): Promise<DatabaseClock> {
  let offset = 0;
  let last = 0;
  let best = Infinity;
  /** Answers how long it took. */
  const measure = async (): Promise<number> => {
    const before = steady.now();
    const { rows } = await pool.query<{ now: number }>("select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now");
    const trip = steady.now() - before;
    if (trip > LONGEST_TRIP_MS && trip >= best) return trip;
    best = Math.min(best, trip);
    offset = (rows[0]?.now ?? 0) - (before + trip / 2);
    return trip;
  };
  for (let tries = 0; tries < FIRST_TRIES; tries++) if ((await measure()) <= LONGEST_TRIP_MS) break;
  return {
    measure: async () => void (await measure()),
    now() {
      last = Math.max(last, Math.round(steady.now() + offset));
      return last;
    },
  };
}
