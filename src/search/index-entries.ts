import { DELETED } from "../domain/entry.ts";
import type { Executor, Store } from "../store/store.ts";
import { deleteSearchDocs } from "../store/statements/delete-search-docs.ts";
import { deleteSearchQueue } from "../store/statements/delete-search-queue.ts";
import { findSearchState } from "../store/statements/find-search-state.ts";
import { listNotedEntries } from "../store/statements/list-noted-entries.ts";
import { listSearchQueue } from "../store/statements/list-search-queue.ts";
import { pageUnindexedEntries } from "../store/statements/page-unindexed-entries.ts";
import { putSearchDocs } from "../store/statements/put-search-docs.ts";
import type { UnindexedRow } from "../store/statements/search-rows.ts";
import { setSearchState } from "../store/statements/set-search-state.ts";
import type { SearchStateRow } from "../store/tables.ts";
import { blocksOf, sessionWord } from "./numbers.ts";
import { indexedWords, WORDING } from "./units.ts";

/** Of a longer text the beginning is found. */
export const MOST_CHARS = 100_000;
/** What one transaction indexes: so many entries, or so many characters, whichever is reached first. */
const MOST_ENTRIES = 50;
const CHARS_AT_ONCE = 50_000;

/** Names no session: those who write the index wait for each other, in the whole cluster, and nobody waits for them. */
const WRITERS = "search index";
/** Stands behind every id. */
const NEWEST = "\u{10FFFF}";
const ALL = "";

/** Which entries can be found: what somebody said, or was answered, and did not take back. */
export function isFindable(role: string, text: string): boolean {
  return (role === "user" || role === "assistant") && text !== DELETED;
}

interface Writing {
  readonly puts: { doc: number; entry: string; words: string; blocks: string }[];
  readonly gone: number[];
  state: SearchStateRow;
}

function putRow({ puts, gone }: Writing, row: UnindexedRow, number: () => number): void {
  const { entry_id: entry, session_key, role, text } = row;
  if (session_key === null || role === null || text === null || !isFindable(role, text)) {
    if (row.doc !== null) gone.push(row.doc);
    return;
  }
  const doc = row.doc ?? number();
  puts.push({ doc, entry, words: indexedWords(text, [sessionWord(session_key)]), blocks: blocksOf(doc).join(" ") });
}

async function write(tx: Executor, { puts, gone, state }: Writing): Promise<void> {
  if (gone.length > 0) await tx.run(deleteSearchDocs, { docs: JSON.stringify(gone) });
  if (puts.length > 0) await tx.run(putSearchDocs, { docs: JSON.stringify(puts), version: WORDING });
  await tx.run(setSearchState, state);
}

/** As many rows as one transaction takes. */
function some(rows: readonly UnindexedRow[]): readonly UnindexedRow[] {
  let chars = 0;
  const end = rows.findIndex(({ text }) => (chars += text?.length ?? 0) > CHARS_AT_ONCE);
  return end < 0 ? rows : rows.slice(0, end + 1);
}

/** False where a newer version of Continuo makes the index in its own way. */
function isOurs({ version }: SearchStateRow): boolean {
  return version <= WORDING;
}

/** Whatever is said is noted, for an index that is made in this way, or in a newer one. */
export function isBegun({ noting, version }: SearchStateRow): boolean {
  return noting === 1 && version >= WORDING;
}

/**
 * From now on whoever writes an entry leaves a note of it. Nobody else writes at this moment: of what was said before, the
 * filling sees everything. An index that was made in an older way is made anew, in its place.
 */
export async function beginIndex(store: Store): Promise<void> {
  const begun = await store.get(findSearchState, {});
  if (begun === undefined || isBegun(begun)) return;
  await store.transaction(async (tx) => {
    const state = await tx.get(findSearchState, {});
    if (state === undefined || isBegun(state)) return;
    await tx.run(setSearchState, { ...state, version: WORDING, noting: 1, filled_to: null, filled_at: null });
  });
}

/** Indexes what was noted, a bounded piece; answers how many notes that were. */
export async function indexNoted(store: Store): Promise<number> {
  if ((await store.get(findSearchState, {}))?.waiting !== 1) return 0;
  return store.transaction(async (tx) => {
    const state = await tx.get(findSearchState, {});
    if (state === undefined || !isOurs(state)) return 0;
    const noted = await tx.all(listSearchQueue, { limit: MOST_ENTRIES });
    if (noted.length === 0) return 0;
    const ids = [...new Set(noted.map(({ entry_id }) => entry_id))];
    const rows = some(await tx.all(listNotedEntries, { ids: JSON.stringify(ids), chars: MOST_CHARS }));
    const writing: Writing = { puts: [], gone: [], state: { ...state } };
    for (const row of rows) {
      // The filling has not come to it yet.
      const isAhead = row.doc === null && state.filled_to !== ALL && (state.filled_to === null || row.entry_id < state.filled_to);
      if (!isAhead) putRow(writing, row, () => writing.state.next_doc++);
    }
    await write(tx, writing);
    const seen = new Set(rows.map(({ entry_id }) => entry_id));
    const done = noted.filter(({ entry_id }) => seen.has(entry_id)).map(({ seq }) => seq);
    await tx.run(deleteSearchQueue, { seqs: JSON.stringify(done) });
    return done.length;
  }, WRITERS);
}

/** Indexes what was said before it was noted, the newest first, a bounded piece; answers whether all of it is. */
export async function fillIndex(store: Store): Promise<boolean> {
  if ((await store.get(findSearchState, {}))?.filled_to === ALL) return true;
  return store.transaction(async (tx) => {
    const state = await tx.get(findSearchState, {});
    if (state === undefined || !isOurs(state) || state.filled_to === ALL) return true;
    const page = await tx.all(pageUnindexedEntries, { before: state.filled_to ?? NEWEST, limit: MOST_ENTRIES, chars: MOST_CHARS });
    const rows = some(page);
    const writing: Writing = { puts: [], gone: [], state: { ...state } };
    for (const row of rows) if (row.version !== WORDING) putRow(writing, row, () => --writing.state.first_doc);
    const last = rows.at(-1);
    const isAll = last === undefined || (rows.length === page.length && page.length < MOST_ENTRIES);
    writing.state = { ...writing.state, filled_to: isAll ? ALL : last.entry_id, filled_at: last?.at ?? state.filled_at };
    await write(tx, writing);
    return isAll;
  }, WRITERS);
}

/** Whether everything that was said can be found; null: up to now, else from when on. */
export function missingBefore(state: SearchStateRow, now: number): number | null {
  return state.filled_to === ALL ? null : (state.filled_at ?? now);
}
