import { setImmediate as nextTurn } from "node:timers/promises";
import { findEntryText } from "../store/statements/find-entry-text.ts";
import { findMatches, type MatchRow } from "../store/statements/find-matches.ts";
import { findSearchState } from "../store/statements/find-search-state.ts";
import type { SearchStateRow } from "../store/tables.ts";
import type { Executor } from "../store/store.ts";
import { excerptOf } from "./excerpt.ts";
import { isFindable, missingBefore, MOST_CHARS } from "./index-entries.ts";
import { findIn, type Found, type Mark } from "./match.ts";
import { copiesOf } from "../domain/entry.ts";
import { rangesBelow } from "./numbers.ts";
import { expressionsOf, parseQuery, type Query } from "./query.ts";
import { rankOf } from "./rank.ts";
import { unitsOf } from "./units.ts";

export interface SearchRequest {
  /** In which sessions: nothing that was said elsewhere is in the answer. */
  readonly scope: { readonly keys: readonly string[] } | "all";
  readonly query: string;
  readonly limit: number;
  /** Where an answer before this one ended. */
  readonly cursor?: string | undefined;
}

export interface Hit {
  readonly sessionKey: string;
  readonly sessionId: string;
  readonly seq: number;
  readonly entryId: string;
  readonly role: "user" | "assistant";
  /** When it was said, ms. */
  readonly at: number;
  readonly channel: string;
  readonly senderName: string | null;
  readonly excerpt: string;
  /** What was found, as places in `excerpt`. */
  readonly marks: readonly Mark[];
}

export interface SearchAnswer {
  readonly hits: readonly Hit[];
  /** To be given for what comes next, which may be nothing after all; null where nothing does. */
  readonly cursor: string | null;
  /** What was said before this moment (ms) is not all indexed yet; null: everything is. */
  readonly missingBefore: number | null;
}

/** So many of the newest that match are ranked; what is older comes on the pages behind them. */
const CANDIDATES = 200;
/** Where the texts themselves say no to what the index has found, so many times more is asked for one page. */
const MOST_BATCHES = 5;
/** Of a longer text the beginning is ranked, and all of it read once it is shown. */
const HEAD = 2_000;
const SCORED_AT_ONCE = 50;
/** Of more sessions than this not each is looked for by the index: what it finds is asked whose it is, as far as one page goes. */
const MOST_KEYS = 500;

/** Where a page begins: below `end` the next candidates are looked for, `offset` of them were shown; `open`: beginnings count. */
interface Place {
  readonly end: number;
  readonly offset: number;
  readonly open: boolean;
}

function placeOf(cursor: string | undefined, state: SearchStateRow): Place {
  const [, end, offset, open] = /^(\d{1,15})\.(\d{1,6})\.([01])$/.exec(cursor ?? "") ?? [];
  const newest = { end: state.next_doc, offset: 0, open: false };
  return end === undefined || offset === undefined ? newest : { end: Math.min(Number(end), state.next_doc), offset: Number(offset), open: open === "1" };
}

interface Candidate {
  readonly row: MatchRow;
  readonly found: Found | null;
  readonly rank: number;
}

interface Search {
  readonly store: Executor;
  readonly state: SearchStateRow;
  readonly query: Query;
  /** Null: all. */
  readonly keys: ReadonlySet<string> | null;
  /** What the index is asked for; null: everything. */
  readonly indexed: readonly string[] | null;
  readonly now: number;
}

/** The index may be behind what is stored: what a row says now decides. */
function candidateOf({ query, keys, now }: Search, row: MatchRow, open: boolean): Candidate | null {
  if (!isFindable(row.role, row.head) || (keys !== null && !keys.has(row.session_key))) return null;
  const units = unitsOf(row.head);
  const found = findIn(units, query, open);
  if (found === null && row.chars <= HEAD) return null;
  const words = (units.length * row.chars) / Math.max(1, row.head.length);
  return { row, found, rank: rankOf({ counts: found?.counts ?? query.wanted.map(() => 1), words, ageMs: now - row.at, isBeginning: found?.isBeginning ?? false }) };
}

interface Batch {
  /** The best first. */
  readonly candidates: readonly Candidate[];
  /** Where the next batch begins; null: there is none. */
  readonly next: number | null;
}

async function newestBelow(search: Search, end: number, open: boolean): Promise<Batch> {
  const { store, state, query, indexed } = search;
  const candidates: Candidate[] = [];
  let next: number | null = null;
  for (const range of rangesBelow(end, state.first_doc)) {
    const limit = CANDIDATES - candidates.length;
    const rows = await store.all(findMatches, { ...expressionsOf(query, open, indexed, range), ...range, limit, chars: HEAD });
    for (const [index, row] of rows.entries()) {
      if (index % SCORED_AT_ONCE === SCORED_AT_ONCE - 1) await nextTurn();
      const candidate = candidateOf(search, row, open);
      if (candidate !== null) candidates.push(candidate);
    }
    const last = rows.at(-1);
    if (last !== undefined && rows.length === limit) {
      next = last.doc > state.first_doc ? last.doc : null;
      break;
    }
    await nextTurn();
  }
  return { candidates: candidates.toSorted((a, b) => b.rank - a.rank || b.row.doc - a.row.doc), next };
}

async function hitOf({ store, query }: Search, { row, found }: Candidate, open: boolean): Promise<Hit | null> {
  const isWhole = row.chars <= HEAD;
  const text = isWhole ? row.head : ((await store.get(findEntryText, { id: row.id }))?.text ?? "").slice(0, MOST_CHARS);
  const read = isWhole ? found : findIn(unitsOf(text), query, open);
  if (read === null) return null;
  const excerpt = excerptOf(text, read);
  return {
    ...{ sessionKey: row.session_key, sessionId: row.session_id, seq: row.seq, entryId: row.id, role: row.role as Hit["role"], at: row.at },
    ...{ channel: row.channel, senderName: row.role === "user" ? (row.person ?? row.sender_name) : null, excerpt: excerpt.text, marks: excerpt.marks },
  };
}

async function pageOf(search: Search, place: Place, limit: number): Promise<{ readonly hits: readonly Hit[]; readonly cursor: string | null }> {
  let { end, offset, open } = place;
  let batch = await newestBelow(search, end, open);
  // Whoever has not ended the last word yet is shown what begins so, once it is not a word by itself that is said often.
  if (!open && search.query.isOpen && offset === 0 && end === search.state.next_doc && batch.next === null && batch.candidates.length < limit) {
    open = true;
    batch = await newestBelow(search, end, open);
  }
  const hits: Hit[] = [];
  // A fork holds the same words once more: the newest of the copies is shown.
  const shown = new Set<string>();
  for (let batches = 1; ; batches++) {
    for (; hits.length < limit && offset < batch.candidates.length; offset++) {
      const candidate = batch.candidates[offset];
      const original = candidate === undefined ? "" : copiesOf(candidate.row.id).from;
      const hit = candidate === undefined || shown.has(original) ? null : await hitOf(search, candidate, open);
      if (hit === null) continue;
      shown.add(original);
      hits.push(hit);
    }
    if (offset < batch.candidates.length) break;
    if (batch.next === null) return { hits, cursor: null };
    [end, offset] = [batch.next, 0];
    if (hits.length >= limit || batches === MOST_BATCHES) break;
    batch = await newestBelow(search, end, open);
  }
  return { hits, cursor: `${end}.${offset}.${open ? 1 : 0}` };
}

/**
 * Entries that say something, the best of the newest first: every word of the query, and what stands in quotes in its order.
 * Whatever is typed is a query; one that wants nothing finds nothing. `known` is how far the index is, where that was just read.
 */
export async function searchEntries(store: Executor, request: SearchRequest, now: number, known?: SearchStateRow): Promise<SearchAnswer> {
  const state = known ?? (await store.get(findSearchState, {}));
  const query = parseQuery(request.query);
  const keys = request.scope === "all" ? null : new Set(request.scope.keys);
  const missing = state === undefined ? null : missingBefore(state, now);
  if (state === undefined || query.wanted.length === 0 || keys?.size === 0) return { hits: [], cursor: null, missingBefore: missing };
  const search: Search = { store, state, query, keys, indexed: keys === null || keys.size > MOST_KEYS ? null : [...keys], now };
  return { ...(await pageOf(search, placeOf(request.cursor, state), request.limit)), missingBefore: missing };
}
