import { keyOf, type Row, type RowSource, type TableShape } from "./rows.ts";
import { list, quoted, type SqlPort } from "./sql-port.ts";

/** Keys that are asked for at once: what databases take in one statement has an end. */
const KEYS_AT_ONCE = 100;

export async function countOf(port: SqlPort, { name }: TableShape): Promise<number> {
  return Number((await port.ask(`select count(*) from ${quoted(name)}`))[0]?.[0]);
}

/** The rows behind a key, in the order of the primary key. */
export async function rowsBehind(port: SqlPort, { name, columns, key }: TableShape, after: Row | null, limit: number): Promise<readonly Row[]> {
  const behind = after === null ? "" : `where (${list(key)}) > (${key.map(() => "?").join(", ")})`;
  return port.ask(`select ${list(columns)} from ${quoted(name)} ${behind} order by ${list(key)} limit ?`, [...(after ?? []), limit]);
}

function whereKeys({ key }: TableShape, keys: readonly Row[]): string {
  const one = `(${key.map((column) => `${quoted(column)} = ?`).join(" and ")})`;
  return keys.map(() => one).join(" or ");
}

async function inParts<T>(keys: readonly Row[], work: (part: readonly Row[]) => Promise<readonly T[]>): Promise<T[]> {
  const done: T[] = [];
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) done.push(...(await work(keys.slice(from, from + KEYS_AT_ONCE))));
  return done;
}

/** Those of the rows with these keys that are there; their order is the engine's. */
export function rowsWith(port: SqlPort, table: TableShape, keys: readonly Row[]): Promise<Row[]> {
  return inParts(keys, (part) => port.ask(`select ${list(table.columns)} from ${quoted(table.name)} where ${whereKeys(table, part)}`, part.flat()));
}

export async function deleteWith(port: SqlPort, table: TableShape, keys: readonly Row[]): Promise<void> {
  await inParts(keys, (part) => port.ask(`delete from ${quoted(table.name)} where ${whereKeys(table, part)}`, part.flat()));
}

/** What a port sees, to be copied or hashed; `close` closes the port. */
export function sourceOf(port: SqlPort): RowSource {
  return {
    engine: port.engine,
    schema: port.schema,
    tables: () => port.shapes(),
    count: (table) => countOf(port, table),
    rows: (table, after, limit) => rowsBehind(port, table, after, limit),
    counters: () => port.counters.read(),
    close: () => port.close(),
  };
}

/** A row's key as text, to compare keys. */
export function keyText(table: TableShape, row: Row): string {
  return JSON.stringify(keyOf(table, row));
}
