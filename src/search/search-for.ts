import type { Clock } from "../domain/clock.ts";
import type { Store } from "../store/store.ts";
import { catchUp } from "./indexer.ts";
import { searchEntries, type SearchAnswer, type SearchRequest } from "./search.ts";

export interface SearchParts {
  readonly store: Store;
  readonly clock: Clock;
  /** No gateway makes the index beside this: a good piece of what is missing is indexed first. */
  readonly isAlone?: boolean;
}

/** Some 5,000 entries: a few seconds. */
const ALONE_STEPS = 100;

/**
 * The search of somebody who may read these sessions, and no others; also of their ended conversations. What was said a
 * second ago is found. A session that they may not read is to them as one that does not exist.
 */
export function searchFor({ store, clock, isAlone = false }: SearchParts, scope: SearchRequest["scope"]): (request: Omit<SearchRequest, "scope">) => Promise<SearchAnswer> {
  return async (request) => {
    const state = await catchUp(store, isAlone ? ALONE_STEPS : 0);
    return searchEntries(store, { ...request, scope }, clock.now(), state);
  };
}
