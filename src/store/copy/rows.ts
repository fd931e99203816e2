/** What a column holds, the same in every engine: whole numbers, text, bytes, or nothing. */
export type Value = string | number | Uint8Array | null;

/** The values in the order of the table's `columns`. */
export type Row = readonly Value[];

/** A table as it is copied. Columns are sorted by name, so that two engines list them alike. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

/** The last number that was given out, by counted table. */
export type Counters = Readonly<Record<string, number>>;

/**
 * Everything that a store holds, as of one moment, whatever is written meanwhile. Text is ordered by its UTF-8 bytes,
 * so that every engine answers the same rows in the same order.
 */
export interface RowSource {
  readonly engine: "sqlite" | "postgres";
  /** How many migrations it has seen. */
  readonly schema: number;
  tables(): Promise<readonly TableShape[]>;
  count(table: TableShape): Promise<number>;
  /** The rows behind the one with this key, in the order of the primary key, `limit` at most. */
  rows(table: TableShape, after: Row | null, limit: number): Promise<readonly Row[]>;
  counters(): Promise<Counters>;
  close(): Promise<void>;
}

/** An empty store that is filled. It is not a store before `finish` has resolved. */
export interface RowSink {
  begin(table: TableShape): Promise<void>;
  write(rows: readonly Row[]): Promise<void>;
  finish(counters: Counters): Promise<void>;
  /** Leaves it unfinished. */
  abandon(): Promise<void>;
}

/** The key of a row, to go on behind it. */
export function keyOf({ columns, key }: TableShape, row: Row): Row {
  return key.map((name) => row[columns.indexOf(name)] ?? null);
}
