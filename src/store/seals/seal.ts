import type { Ids } from "../../domain/ids.ts";
import { findLastSealed } from "../statements/find-last-sealed.ts";
import { findNewestSeal } from "../statements/find-newest-seal.ts";
import { insertSeal } from "../statements/insert-seal.ts";
import { listUnsealedEvents } from "../statements/list-unsealed-events.ts";
import type { Executor, Store } from "../store.ts";
import type { EventRow } from "../tables.ts";
import { digestOf, hashOf, NO_HEAD, type Head } from "./chain.ts";

/** The key under which whatever touches sealed lines follows each other. */
export const LEDGER = "ledger";

/** A line gets its number before its transaction commits: so many others may be sealed before it. */
const LATE_BY = 5_000;
/** How much older than what was sealed before it a late line can be. Older ones were put there by somebody else. */
export const LATE_MS = 600_000;
const MOST = 200;

/** Scratch agents' lines go with them: they are never sealed (sessions/scratch.ts). */
const SCRATCH = "agent:continuo-verify-";

export function isScratchLine({ session_key }: Pick<EventRow, "session_key">): boolean {
  return session_key?.startsWith(SCRATCH) === true;
}

/** Whether a line that is not sealed cannot have come late: `last` is the highest number that is sealed, and when that was. */
export function isForeign({ seq, at }: Pick<EventRow, "seq" | "at">, last: { readonly event_seq: number; readonly at: number } | undefined): boolean {
  return last !== undefined && seq < last.event_seq && at < last.at - LATE_MS;
}

export async function headOf(store: Executor): Promise<Head> {
  const row = await store.get(findNewestSeal, {});
  return row === undefined ? NO_HEAD : { n: row.n, hash: row.hash };
}

/** Lines that wait for their seal, those of `limit` that were written first. */
export async function unsealed(store: Executor, limit: number): Promise<EventRow[]> {
  const last = await store.get(findLastSealed, {});
  const rows = await store.all(listUnsealedEvents, { after: (last?.event_seq ?? 0) - LATE_BY, limit });
  return rows.filter((row) => !isScratchLine(row) && !isForeign(row, last));
}

/** Seals some of what waits; the number that was sealed, 0 when nothing waits. Accepts and commits never wait for it. */
export async function sealSome(store: Store, ids: Pick<Ids, "token">, now: number): Promise<number> {
  return store.transaction(async (tx) => {
    const waiting = await unsealed(tx, MOST);
    let head = await headOf(tx);
    for (const row of waiting) {
      const salt = ids.token();
      const link = { n: head.n + 1, event_seq: row.seq, prev: head.hash, digest: digestOf(salt, row) };
      const hash = hashOf(link);
      await tx.run(insertSeal, { ...link, at: now, salt, hash });
      head = { n: link.n, hash };
    }
    return waiting.length;
  }, LEDGER);
}

/** Seals all that waits; answers where the chain ends then. */
export async function sealAll(store: Store, ids: Pick<Ids, "token">, now: () => number): Promise<Head> {
  while ((await sealSome(store, ids, now())) > 0);
  return headOf(store);
}
