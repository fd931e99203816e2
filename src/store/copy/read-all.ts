import { createTableHash, rowLine, type Digest } from "./hash.ts";
import { keyOf, type Row, type RowSource, type TableShape } from "./rows.ts";

/** A page is as many rows as make about this much text: rows differ by four orders of magnitude. */
const PAGE_BYTES = 1 << 20;
const FIRST_PAGE = 100;
const MOST_ROWS = 2_000;

export interface Page {
  readonly rows: readonly Row[];
  /** Their lines, joined. */
  readonly lines: string;
}

/** All rows of a table, page by page. */
export async function* pagesOf(source: RowSource, table: TableShape): AsyncGenerator<Page> {
  let limit = FIRST_PAGE;
  for (let after: Row | null = null; ; ) {
    const rows = await source.rows(table, after, limit);
    const last = rows.at(-1);
    if (last === undefined) return;
    const lines = rows.map(rowLine).join("");
    yield { rows, lines };
    if (rows.length < limit) return;
    after = keyOf(table, last);
    limit = Math.min(MOST_ROWS, Math.max(1, Math.floor((PAGE_BYTES * rows.length) / lines.length)));
  }
}

/** What a store holds, table by table, to be compared with another one. */
export async function digestTables(source: RowSource, onRows: (rows: number) => void = () => undefined): Promise<ReadonlyMap<string, Digest>> {
  const digests = new Map<string, Digest>();
  for (const table of await source.tables()) {
    const hash = createTableHash();
    for await (const { rows, lines } of pagesOf(source, table)) {
      hash.add(lines, rows.length);
      onRows(rows.length);
    }
    digests.set(table.name, hash.digest());
  }
  return digests;
}
