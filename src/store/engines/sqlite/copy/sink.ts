import { closeSync, fsyncSync, openSync, rmSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { RowSink } from "../../../copy/rows.ts";
import { migrateSqlite } from "../../../migrate.ts";
import { translateSqliteError } from "../errors.ts";
import { shapesOf } from "./source.ts";

interface Index {
  readonly name: string;
  readonly sql: string;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Filling a table is quick where its indexes are made afterwards, in one go each. Those that allow a value only once stay:
 * what is salvaged may hold one twice, and the row that does has to be told.
 */
function takeIndexes(database: DatabaseSync): Index[] {
  const indexes = database.prepare("select name, sql from sqlite_schema where type = 'index' and sql not like 'create unique%'").all() as unknown as Index[];
  for (const { name } of indexes) database.exec(`drop index ${quoted(name)}`);
  return indexes;
}

/** What a migration wrote into a new store belongs to that one, not to the copy. */
function empty(database: DatabaseSync): void {
  for (const { name } of shapesOf(database)) database.exec(`delete from ${quoted(name)}`);
  database.exec("delete from sqlite_sequence");
}

function setCounters(database: DatabaseSync, counters: Readonly<Record<string, number>>): void {
  const forget = database.prepare("delete from sqlite_sequence where name = ?");
  const put = database.prepare("insert into sqlite_sequence (name, seq) values (?, ?)");
  for (const [name, seq] of Object.entries(counters)) {
    forget.run(name);
    put.run(name, seq);
  }
}

function sync(path: string): void {
  const file = openSync(path, "r+");
  fsyncSync(file);
  closeSync(file);
}

/**
 * A new database at `path` with the schema of then, filled without a journal: until `finish` it is worth nothing, and
 * whoever is killed leaves a file that is to be thrown away.
 */
export function createRows(path: string, schema: number): RowSink {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
  closeSync(openSync(path, "wx", 0o600));
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw translateSqliteError(error, path);
    }
  };
  const database = attempt(() => new DatabaseSync(path));
  const indexes = attempt(() => {
    database.exec("pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive; pragma cache_size = -64000");
    migrateSqlite(database, schema);
    database.exec("begin");
    empty(database);
    return takeIndexes(database);
  });
  let insert: StatementSync | null = null;
  return {
    async begin({ name, columns }) {
      insert = attempt(() => database.prepare(`insert into ${quoted(name)} (${columns.map(quoted).join(", ")}) values (${columns.map(() => "?").join(", ")})`));
    },
    write: async (rows) => attempt(() => rows.forEach((row) => insert?.run(...(row as SQLInputValue[])))),
    async finish(counters) {
      attempt(() => {
        setCounters(database, counters);
        for (const { sql } of indexes) database.exec(sql);
        database.exec("commit");
        database.close();
        sync(path);
      });
    },
    async abandon() {
      if (database.isOpen) database.close();
      rmSync(path, { force: true });
    },
  };
}
