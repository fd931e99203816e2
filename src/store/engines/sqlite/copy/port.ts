import { existsSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import { ContinuoError } from "../../../../domain/errors.ts";
import type { Counters, Row } from "../../../copy/rows.ts";
import { list, quoted, type SqlPort } from "../../../copy/sql-port.ts";
import { COUNTED_TABLES } from "../../../copy/table-list.ts";
import { schemaVersion } from "../../../migrate.ts";
import { translateSqliteError } from "../errors.ts";
import { shapesOf } from "./source.ts";

function opened(path: string, readOnly: boolean): DatabaseSync {
  if (!existsSync(path)) throw new ContinuoError("REQUEST_INVALID", `There is no database at ${path}.`);
  try {
    const database = new DatabaseSync(path, { readOnly });
    database.exec("pragma busy_timeout = 5000; pragma temp_store = memory; pragma cache_size = -16000");
    if (!readOnly) database.exec("pragma journal_mode = wal; pragma synchronous = normal");
    return database;
  } catch (error) {
    throw translateSqliteError(error, path);
  }
}

function countersOf(database: DatabaseSync): Record<string, number> {
  const rows = database.prepare("select name, seq from sqlite_sequence").all() as unknown as { name: string; seq: number }[];
  return Object.fromEntries(rows.filter(({ name }) => COUNTED_TABLES.includes(name)).map(({ name, seq }) => [name, seq]));
}

function setCounters(database: DatabaseSync, counters: Counters): void {
  const forget = database.prepare("delete from sqlite_sequence where name = ?");
  const put = database.prepare("insert into sqlite_sequence (name, seq) values (?, ?)");
  for (const [name, seq] of Object.entries(counters)) {
    forget.run(name);
    put.run(name, seq);
  }
}

function portOf(path: string, database: DatabaseSync): SqlPort {
  const prepared = new Map<string, StatementSync>();
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw translateSqliteError(error, path);
    }
  };
  const prepare = (sql: string): StatementSync => {
    const statement = prepared.get(sql) ?? database.prepare(sql);
    statement.setReturnArrays(true);
    // What is asked for only once, with a list of keys of its own length, is not kept.
    if (prepared.size < 200) prepared.set(sql, statement);
    return statement;
  };
  const insert = ({ name, columns }: { readonly name: string; readonly columns: readonly string[] }, isLenient: boolean): StatementSync =>
    prepare(`insert into ${quoted(name)} (${list(columns)}) values (${columns.map(() => "?").join(", ")})${isLenient ? " on conflict do nothing" : ""}`);
  return {
    engine: "sqlite",
    schema: schemaVersion(database),
    shapes: async () => shapesOf(database),
    ask: async (sql, values = []) => guarded(() => prepare(sql).all(...(values as SQLInputValue[])) as unknown as Row[]),
    insert: async (table, rows, isLenient) => guarded(() => rows.forEach((row) => insert(table, isLenient).run(...(row as SQLInputValue[])))),
    counters: {
      read: async () => guarded(() => countersOf(database)),
      set: async (counters) => guarded(() => setCounters(database, counters)),
    },
    async transaction(work) {
      // A gateway of this process writes within one turn of the event loop: waiting for it here would stop it, too.
      await turn();
      guarded(() => database.exec("begin immediate"));
      try {
        const result = await work();
        guarded(() => database.exec("commit"));
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec("rollback");
        throw error;
      }
    },
    async snapshot() {
      const other = opened(path, true);
      // Its first look fixes the moment.
      guarded(() => other.exec("begin; select 1 from sqlite_schema"));
      const port = portOf(path, other);
      // All of a large database may be read here: whoever else works in this process has its turn between two pages.
      return { ...port, ask: (sql, values) => turn().then(() => port.ask(sql, values)) };
    },
    async close() {
      // The last one to leave takes the journal in, on the disk.
      if (database.isOpen) database.close();
    },
  };
}

/** A connection of its own to a database whose tables are there. `work` of a transaction awaits nothing but this port. */
export function openSqlitePort(path: string): SqlPort {
  return portOf(path, opened(path, false));
}
