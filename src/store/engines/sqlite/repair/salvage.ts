import { DatabaseSync, type StatementSync } from "node:sqlite";
import { ContinuoError } from "../../../../domain/errors.ts";
import type { Row, RowSink, TableShape } from "../../../copy/rows.ts";
import { schemaVersion } from "../../../migrate.ts";
import { rowsOf, shapesOf } from "../copy/source.ts";

/** Row numbers that could not be read; `to` null: whatever came behind. */
export interface Gap {
  readonly table: string;
  readonly from: number;
  readonly to: number | null;
}

export interface Salvaged {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly missing: readonly Gap[];
}

const AT_ONCE = 200;
/** No table has a row beyond: numbers that JavaScript counts exactly. */
const LAST = Number.MAX_SAFE_INTEGER;

interface Reader {
  /** Rows from this number on, each with its number before its values; throws where a page is damaged. */
  from(rowid: number, limit: number): readonly Row[];
}

function readerOf(database: DatabaseSync, { name, columns }: TableShape): Reader {
  const list = columns.map((column) => `"${column}"`).join(", ");
  let statement: StatementSync | null = null;
  return {
    from(rowid, limit) {
      // Not by an index: it may say that there is a row where none can be read, or the other way round.
      statement ??= database.prepare(`select rowid, ${list} from "${name}" not indexed where rowid >= ? order by rowid limit ?`);
      statement.setReturnArrays(true);
      return statement.all(rowid, limit) as unknown as Row[];
    },
  };
}

function numberOf(row: Row | undefined): number {
  return Number(row?.[0]);
}

/** The rows from `rowid` on, or null where they cannot be read; numbers that do not grow are damage, too. */
function attempt(reader: Reader, rowid: number, limit: number): readonly Row[] | null {
  try {
    const rows = reader.from(rowid, limit);
    const isInOrder = rows.every((row, index) => numberOf(row) >= (index === 0 ? rowid : numberOf(rows[index - 1]) + 1));
    return isInOrder ? rows : null;
  } catch {
    return null; // a damaged page: whoever asks goes around it
  }
}

/**
 * The next row number behind an unreadable one from which on something can be read; null when nothing can. It leaps in
 * growing steps and then halves its way back: numbers are dense, and a damaged page holds a few dozen of them.
 */
function behindDamage(reader: Reader, rowid: number): number | null {
  let bad = rowid;
  let good: number | null = null;
  for (let step = 1; good === null && bad < LAST; step *= 2) {
    const next = Math.min(LAST, rowid + step);
    if (attempt(reader, next, 1) === null) bad = next;
    else good = next;
  }
  while (good !== null && good - bad > 1) {
    const middle = bad + Math.floor((good - bad) / 2);
    if (attempt(reader, middle, 1) === null) bad = middle;
    else good = middle;
  }
  return good;
}

type Found = { readonly rows: readonly Row[] } | { readonly gap: Omit<Gap, "table"> };

/** All that can be read of a table, and what lies between. */
function* walk(reader: Reader): Generator<Found> {
  for (let rowid = -LAST, limit = AT_ONCE; ; ) {
    const rows = attempt(reader, rowid, limit);
    if (rows === null && limit > 1) {
      limit = Math.max(1, limit >> 2);
      continue;
    }
    if (rows === null) {
      const behind = behindDamage(reader, Math.max(1, rowid));
      yield { gap: { from: Math.max(1, rowid), to: behind === null ? null : behind - 1 } };
      if (behind === null) return;
      rowid = behind;
      continue;
    }
    if (rows.length === 0) return;
    yield { rows };
    rowid = numberOf(rows.at(-1)) + 1;
    limit = Math.min(AT_ONCE, limit * 2);
  }
}

/** Gaps that touch are one. */
function joined(gaps: readonly Gap[]): Gap[] {
  const all: Gap[] = [];
  for (const gap of gaps) {
    const last = all.at(-1);
    if (last?.table === gap.table && last.to !== null && gap.from <= last.to + 1) all.splice(-1, 1, { ...last, to: gap.to });
    else all.push(gap);
  }
  return all;
}

async function salvageTable(database: DatabaseSync, table: TableShape, sink: RowSink, signal: AbortSignal): Promise<{ readonly rows: number; readonly missing: readonly Gap[] }> {
  const missing: Gap[] = [];
  let rows = 0;
  await sink.begin(table);
  for (const found of walk(readerOf(database, table))) {
    signal.throwIfAborted();
    if ("gap" in found) missing.push({ table: table.name, ...found.gap });
    for (const [rowid, ...row] of "rows" in found ? found.rows : []) {
      try {
        await sink.write([row]);
        rows += 1;
      } catch {
        // What stood there is not what such a row can be: its number is told, as of one that cannot be read.
        missing.push({ table: table.name, from: Number(rowid), to: Number(rowid) });
      }
    }
  }
  return { rows, missing: joined(missing) };
}

/**
 * Copies what can be read of a damaged database, row by row. What SQLite can read it takes for sound: a word that was
 * changed on the disk is not noticed. Throws STORE_CORRUPT where not even the list of tables can be read.
 */
export async function salvage(path: string, openSink: (schema: number) => RowSink, signal: AbortSignal, onTable: (done: number, total: number) => void): Promise<Salvaged> {
  const database = new DatabaseSync(path, { readOnly: true });
  let sink: RowSink | null = null;
  try {
    const { tables, schema } = listTables(database, path);
    sink = openSink(schema);
    const done: { name: string; rows: number }[] = [];
    const missing: Gap[] = [];
    for (const [index, table] of tables.entries()) {
      onTable(index, tables.length);
      const found = await salvageTable(database, table, sink, signal);
      done.push({ name: table.name, rows: found.rows });
      missing.push(...found.missing);
    }
    // Where the counters cannot be read, the greatest number that was salvaged has set them.
    await sink.finish(await rowsOf(database).counters().catch(() => ({})));
    return { tables: done, missing };
  } catch (error) {
    await sink?.abandon();
    throw error;
  } finally {
    database.close();
  }
}

function listTables(database: DatabaseSync, path: string): { readonly tables: readonly TableShape[]; readonly schema: number } {
  try {
    const tables = shapesOf(database);
    const schema = schemaVersion(database);
    if (tables.length > 0 && schema > 0) return { tables, schema };
  } catch (error) {
    throw new ContinuoError("STORE_CORRUPT", `${path} is damaged where it says which tables it has: nothing of it can be read.`, { cause: error, fields: { cure: "Restore a backup with `continuo restore`. Nothing was overwritten." } });
  }
  throw new ContinuoError("STORE_CORRUPT", `${path} has no tables of Continuo.`, { fields: { cure: "Restore a backup with `continuo restore`. Nothing was overwritten." } });
}
