import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { COUNTED_TABLES, TABLE_KEYS } from "../../../copy/table-list.ts";
import type { Row, RowSource, TableShape, Value } from "../../../copy/rows.ts";
import { schemaVersion } from "../../../migrate.ts";
import { translateSqliteError } from "../errors.ts";

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function list(names: readonly string[]): string {
  return names.map(quoted).join(", ");
}

/** The tables of this database that Continuo knows; a store of an older schema has fewer, with fewer columns. */
export function shapesOf(database: DatabaseSync): TableShape[] {
  const columns = database.prepare("select name from pragma_table_info(?)");
  return [...TABLE_KEYS].flatMap(([name, key]) => {
    const names = (columns.all(name) as { name: string }[]).map((column) => column.name).sort();
    return names.length === 0 ? [] : [{ name, columns: names, key }];
  });
}

/** The rows of a database that nobody writes, or of the snapshot that `database` holds. */
export function rowsOf(database: DatabaseSync): RowSource {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    prepared.set(sql, statement);
    return statement;
  };
  const ask = async (sql: string, values: Row): Promise<Row[]> => {
    try {
      return prepare(sql).all(...(values as SQLInputValue[])) as unknown as Value[][];
    } catch (error) {
      throw translateSqliteError(error);
    }
  };
  return {
    engine: "sqlite",
    schema: schemaVersion(database),
    tables: async () => shapesOf(database),
    count: async ({ name }) => Number((await ask(`select count(*) from ${quoted(name)}`, []))[0]?.[0]),
    async rows({ name, columns, key }, after, limit) {
      const behind = after === null ? "" : `where (${list(key)}) > (${key.map(() => "?").join(", ")})`;
      return ask(`select ${list(columns)} from ${quoted(name)} ${behind} order by ${list(key)} limit ?`, [...(after ?? []), limit]);
    },
    async counters() {
      const rows = await ask("select name, seq from sqlite_sequence", []);
      return Object.fromEntries(rows.map(([name, seq]) => [String(name), Number(seq)]).filter(([name]) => COUNTED_TABLES.includes(String(name))));
    },
    close: async () => database.close(),
  };
}

/** A file that nobody has open: nothing is written beside it, whatever its journal was. */
export function openRows(path: string): RowSource {
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  try {
    return rowsOf(new DatabaseSync(url, { readOnly: true }));
  } catch (error) {
    throw translateSqliteError(error, path);
  }
}
