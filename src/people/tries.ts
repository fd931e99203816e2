import { findTries } from "../store/statements/find-tries.ts";
import { upsertTries } from "../store/statements/upsert-tries.ts";
import type { Executor } from "../store/store.ts";

const WINDOW_MS = 60 * 60_000;

export type Tried = "link.issue" | "link.wrong-code";

/** How often within the last hour. */
async function triesOf(tx: Executor, ref: string, what: Tried, now: number): Promise<{ readonly since: number; readonly count: number }> {
  const known = await tx.get(findTries, { ref, what });
  return known && now - known.since < WINDOW_MS ? known : { since: now, count: 0 };
}

export async function isExhausted(tx: Executor, ref: string, what: Tried, limit: number, now: number): Promise<boolean> {
  return (await triesOf(tx, ref, what, now)).count >= limit;
}

export async function countTry(tx: Executor, ref: string, what: Tried, now: number): Promise<void> {
  const { since, count } = await triesOf(tx, ref, what, now);
  await tx.run(upsertTries, { ref, what, since, count: count + 1 });
}
