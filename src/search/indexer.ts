import type { ChannelLog } from "../domain/channel.ts";
import { createRounds, type Rounds } from "../domain/rounds.ts";
import type { Store } from "../store/store.ts";
import { findSearchState } from "../store/statements/find-search-state.ts";
import type { SearchStateRow } from "../store/tables.ts";
import { beginIndex, fillIndex, indexNoted, isBegun } from "./index-entries.ts";

export interface IndexerParts {
  readonly store: Store;
  readonly log: ChannelLog;
  /** The disk is wanted for something else: what was said before waits. */
  makesWay(): boolean;
}

const FIRST_MS = 3_000;
/** What was said last is indexed by the next search in any case: nobody waits for this. */
const IDLE_MS = 5_000;
/** As much as a conversation says meanwhile goes in together: turns are not to share the disk with a step for each of them. */
const GATHER_MS = 2_000;
const FEW = 20;
const FAILED_MS = 30_000;
/** Between two steps it rests: others come first. */
const BETWEEN_MS = 25;
const MADE_WAY_MS = 2_000;

/** One bounded step; answers how long to rest after it, ms. */
export async function indexStep({ store, makesWay }: Omit<IndexerParts, "log">): Promise<number> {
  await beginIndex(store);
  const noted = await indexNoted(store);
  if (noted > 0) return noted < FEW ? GATHER_MS : BETWEEN_MS;
  if (makesWay()) return MADE_WAY_MS;
  return (await fillIndex(store)) ? IDLE_MS : BETWEEN_MS;
}

/** Keeps the index of what was said up to date; one in the cluster does. */
export function createIndexer(parts: IndexerParts): Rounds {
  return createRounds({
    firstMs: FIRST_MS,
    step: () => indexStep(parts),
    onFailure(error) {
      parts.log.warn({ err: error }, "what was said could not be indexed; it is tried again");
      return FAILED_MS;
    },
  });
}

/** Steps of 50 entries. */
const CATCH_UP_STEPS = 4;

/**
 * What was just said is to be found: what is noted is indexed before a search, as far as that is done at once. `fill`: so
 * many steps are gone also through what was said before, for a command that works where no gateway does. Answers how far
 * the index is then.
 */
export async function catchUp(store: Store, fill: number): Promise<SearchStateRow | undefined> {
  const seen = await store.get(findSearchState, {});
  if (seen !== undefined && !isBegun(seen)) await beginIndex(store);
  // A gateway that has only just begun has not come to anything yet.
  const steps = seen !== undefined && (!isBegun(seen) || seen.filled_to === null) ? Math.max(fill, CATCH_UP_STEPS) : fill;
  let isChanged = false;
  if (seen?.waiting === 1) for (let done = 0; done < CATCH_UP_STEPS && (await indexNoted(store)) > 0; done++) isChanged = true;
  for (let done = 0; done < steps && !(await fillIndex(store)); done++) isChanged = true;
  return isChanged || steps > 0 ? store.get(findSearchState, {}) : seen;
}
