import { setImmediate as nextTurn } from "node:timers/promises";
import type { AnyRow, TableRows } from "../store/erase/table-rows.ts";
import type { Executor } from "../store/store.ts";

const PAGE = 200;

/** All rows of a table, a page at a time; others run between two pages. Rows may go while it walks. */
export async function* pagesIn(store: Executor, table: TableRows, limit = PAGE): AsyncGenerator<readonly AnyRow[]> {
  for (let after: AnyRow | null = null; ; ) {
    const rows: AnyRow[] = await table.page(store, after, limit);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < limit) return;
    after = last;
    await nextTurn();
  }
}

/** The rows of one conversation, in their order. */
export async function* entriesOf(store: Executor, entries: TableRows, sessionId: string): AsyncGenerator<readonly AnyRow[]> {
  for (let after: AnyRow = { session_id: sessionId, seq: -1 }; ; ) {
    const page: AnyRow[] = await entries.page(store, after, PAGE);
    const rows = page.filter((row) => row["session_id"] === sessionId);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < PAGE) return;
    after = last;
    await nextTurn();
  }
}
