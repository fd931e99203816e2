import type { Entry } from "../domain/entry.ts";
import type { Executor } from "../store/store.ts";
import { findAmends } from "../store/statements/find-amends.ts";
import { readAfter, readLatest } from "./transcript.ts";

export interface RecentEntries {
  /** The newest entries of a conversation, oldest first. */
  read(sessionId: string): Promise<readonly Entry[]>;
  /** Forgets all that was read: entries were given to other readers under the same session id (law 7). */
  forget(): void;
}

interface Kept {
  /** What the conversation's count of changed words was when they were read. */
  readonly amends: number;
  readonly entries: readonly Entry[];
  readonly chars: number;
}

export interface RecentLimits {
  /** How many entries of a conversation. */
  readonly entries: number;
  /** How many characters of all conversations together are kept in memory. */
  readonly chars: number;
}

/** An entry's ids, sender and address weigh as much as this, however short its text is. */
export const ENTRY_OVERHEAD = 400;

function charsOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + entry.text.length + ENTRY_OVERHEAD, 0);
}

/** How many entries are read at once: long ones are not all fetched when a few of them fill what may be kept. */
const PAGE = 50;

async function readNewest(store: Executor, sessionId: string, limits: RecentLimits): Promise<Entry[]> {
  let entries: Entry[] = [];
  for (;;) {
    const wanted = Math.min(PAGE, limits.entries - entries.length);
    const page = await readLatest(store, sessionId, wanted, entries[0]?.seq);
    entries = [...page, ...entries];
    if (page.length < wanted || entries.length >= limits.entries || charsOf(entries) >= limits.chars) return entries;
  }
}

/**
 * Reads what a model is to be shown. A transcript only grows, but for a change of who shares what (`forget`) and for words
 * that their sender changed (counted in the store, whichever gateway took that in), so what was read stays true and each
 * turn reads what was added since, whoever added it. Bounded; the conversations that were read longest ago go first.
 */
export function createRecentEntries(store: Executor, limits: RecentLimits): RecentEntries {
  // In the order of their last reading.
  const kept = new Map<string, Kept>();
  let total = 0;
  let generation = 0;

  const keep = (sessionId: string, entries: readonly Entry[], amends: number): void => {
    const chars = charsOf(entries);
    total += chars - (kept.get(sessionId)?.chars ?? 0);
    kept.delete(sessionId);
    kept.set(sessionId, { entries, chars, amends });
    for (const [oldest, { chars: freed }] of kept) {
      if (total <= limits.chars) return;
      kept.delete(oldest);
      total -= freed;
    }
  };

  return {
    forget() {
      generation++;
      kept.clear();
      total = 0;
    },
    async read(sessionId) {
      const began = generation;
      // Asked before the entries: what is changed meanwhile is read again the next time.
      const amends = (await store.get(findAmends, { session_id: sessionId }))?.amends ?? 0;
      const last = kept.get(sessionId);
      const known = last?.amends === amends ? last.entries : [];
      const after = known.at(-1)?.seq;
      const added = after === undefined ? null : await readAfter(store, sessionId, after, limits.entries);
      // As many as were asked for: there may be more, and only the newest count.
      const grown = added !== null && added.length < limits.entries;
      const entries = grown ? [...known, ...added].slice(-limits.entries) : await readNewest(store, sessionId, limits);
      // What was read while it was forgotten may be from before.
      if (began === generation) keep(sessionId, entries, amends);
      return entries;
    },
  };
}
