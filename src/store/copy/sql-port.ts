import type { Counters, Row, TableShape } from "./rows.ts";

/** One connection of either engine, for SQL that is made from the list of tables: copies and moves. `?` stands for each value. */
export interface SqlPort {
  readonly engine: "sqlite" | "postgres";
  /** How many migrations the database has seen. */
  readonly schema: number;
  /** The tables of the list that are there, with the columns that they have. */
  shapes(): Promise<readonly TableShape[]>;
  /** Rows as arrays, in the order of the columns that are asked for. */
  ask(sql: string, values?: Row): Promise<readonly Row[]>;
  /** Rows that are there already, or have something that may be there only once, are left out when `isLenient`. */
  insert(table: TableShape, rows: readonly Row[], isLenient: boolean): Promise<void>;
  readonly counters: PortCounters;
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Another connection, which sees this moment and writes nothing. */
  snapshot(): Promise<SqlPort>;
  /** All that was written is on the disk when this resolves. */
  close(): Promise<void>;
}

/** Where the engine counts a table's `seq` on: the last number given out, by table. */
export interface PortCounters {
  read(): Promise<Counters>;
  set(counters: Counters): Promise<void>;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function list(names: readonly string[]): string {
  return names.map(quoted).join(", ");
}
