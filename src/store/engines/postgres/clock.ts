import type { Pool } from "pg";
import type { Clock } from "../../../domain/clock.ts";

export interface DatabaseClock extends Clock {
  measure(): Promise<void>;
}

/**
 * The database's time, carried on by this machine's steady clock between two measurements; it never goes back. Whoever
 * sets this machine's clock changes nothing here.
 */
export async function createDatabaseClock(pool: Pool, steady: Clock): Promise<DatabaseClock> {
  let offset = 0;
  let last = 0;
  const measure = async (): Promise<void> => {
    const before = steady.now();
    const { rows } = await pool.query<{ now: number }>("select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now");
    const middle = (before + steady.now()) / 2;
    offset = (rows[0]?.now ?? 0) - middle;
  };
  await measure();
  return {
    measure,
    now() {
      last = Math.max(last, Math.round(steady.now() + offset));
      return last;
    },
  };
}
