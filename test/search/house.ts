import { insertEntry } from "../../src/store/statements/insert-entry.ts";
import type { Store } from "../../src/store/store.ts";
import type { EntryRow } from "../../src/store/tables.ts";
import { indexNoted } from "../../src/search/index-entries.ts";
import { catchUp } from "../../src/search/indexer.ts";
import { searchEntries, type SearchAnswer, type SearchRequest } from "../../src/search/search.ts";

const DAY = 24 * 3_600_000;
export const NOW = 1_000 * DAY;
export const ANN = "agent:main:telegram:dm:1";
export const BEN = "agent:main:telegram:dm:2";

let made = 0;

/** An entry as somebody said it a while ago. */
export function entry(text: string, more: Partial<EntryRow> & { readonly daysAgo?: number } = {}): EntryRow {
  const { daysAgo = 1, ...columns } = more;
  const number = ++made;
  const key = columns.session_key ?? ANN;
  return {
    ...{ session_id: `${key}/1`, seq: number, id: `e${String(number).padStart(8, "0")}`, session_key: key, parent_id: null, turn_id: null, role: "user", text },
    ...{ at: NOW - daysAgo * DAY, channel: "telegram", account: "default", chat: "1", thread: null, sender_id: "1", sender_name: "Ann", person: null, audience: "owner" },
    ...{ model: null, meta: null, message_id: null },
    ...columns,
  };
}

export async function say(store: Store, ...entries: readonly EntryRow[]): Promise<void> {
  for (const one of entries) await store.transaction((tx) => tx.run(insertEntry, one), one.session_key);
}

/** Everything that there is, indexed; as it is where a gateway has run for a while. */
export async function indexAll(store: Store): Promise<void> {
  await catchUp(store, Number.MAX_SAFE_INTEGER);
  while ((await indexNoted(store)) > 0);
}

export async function search(store: Store, query: string, request: Partial<SearchRequest> = {}): Promise<SearchAnswer> {
  await catchUp(store, 0);
  return searchEntries(store, { scope: "all", limit: 20, query, ...request }, NOW);
}

/** What was found, as it was said. */
export async function found(store: Store, query: string, request: Partial<SearchRequest> = {}): Promise<string[]> {
  return (await search(store, query, request)).hits.map(({ excerpt }) => excerpt);
}
