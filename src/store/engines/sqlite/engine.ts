import { DatabaseSync, type StatementSync, type SQLInputValue } from "node:sqlite";
import type { Kysely } from "kysely";
import { isContinuoError } from "../../../domain/errors.ts";
import { compileStatement, type Statement } from "../../statement.ts";
import type { Executor, Store } from "../../store.ts";
import type { Tables } from "../../tables.ts";
import { sqliteBuilder } from "../dialect.ts";
import { createCommitQueue } from "./commit-queue.ts";
import { translateSqliteError } from "./errors.ts";
import { createUpkeep, type SqliteUpkeep } from "./upkeep/upkeep.ts";

type Translate = (error: unknown) => unknown;

interface Prepared {
  readonly statement: StatementSync;
  bind(params: Readonly<Record<string, unknown>>): unknown[];
}

/** Compiles and prepares each statement once for this connection. */
function executorFor(database: DatabaseSync, builder: Kysely<Tables>, translate: Translate): Executor {
  const cache = new Map<object, Prepared>();
  const prepare = <P, R>(source: Statement<P, R>): Prepared => {
    const known = cache.get(source);
    if (known) return known;
    const compiled = compileStatement(builder, source, "sqlite");
    const prepared = { statement: database.prepare(compiled.sql), bind: compiled.bind };
    cache.set(source, prepared);
    return prepared;
  };
  const perform = <P, R, T>(
    source: Statement<P, R>,
    params: P,
    use: (s: StatementSync, values: SQLInputValue[]) => T,
  ): T => {
    try {
      const { statement, bind } = prepare(source);
      return use(statement, bind(params as Readonly<Record<string, unknown>>) as SQLInputValue[]);
    } catch (error) {
      throw translate(error);
    }
  };
  return {
    all: async <P, R>(source: Statement<P, R>, params: P) =>
      perform(source, params, (s, values) => s.all(...values) as R[]),
    get: async <P, R>(source: Statement<P, R>, params: P) =>
      perform(source, params, (s, values) => s.get(...values) as R | undefined),
    run: async <P>(source: Statement<P, unknown>, params: P) =>
      perform(source, params, (s, values) => Number(s.run(...values).changes)),
  };
}

const PRAGMAS = `
  pragma busy_timeout = 5000;
  pragma foreign_keys = on;
  pragma temp_store = memory;
  pragma cache_size = -4000;
`;

export interface SqliteOptions {
  readonly readOnly?: boolean;
  /** Hears how many transactions shared a commit. */
  onCommit?(transactions: number): void;
}

/** WAL, `synchronous = FULL`: a commit that resolved is on the disk (law 1). */
export function openSqlite(path: string, options: SqliteOptions = {}): Store & { readonly writer: DatabaseSync } {
  const readOnly = options.readOnly === true;
  try {
    const writer = new DatabaseSync(path, { readOnly });
    writer.exec(PRAGMAS);
    if (!readOnly) writer.exec("pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = 16777216;");
    return assemble(path, writer, readOnly, options.onCommit);
  } catch (error) {
    throw translateSqliteError(error, path);
  }
}

/** A damaged page is remembered, whoever met it. */
function remembering(upkeep: SqliteUpkeep): Translate {
  return (error) => {
    const translated = translateSqliteError(error);
    if (translated !== error && isContinuoError(translated) && translated.code === "STORE_CORRUPT") upkeep.met((error as Error).message);
    return translated;
  };
}

function assemble(path: string, writer: DatabaseSync, readOnly: boolean, onCommit: SqliteOptions["onCommit"]): Store & { readonly writer: DatabaseSync } {
  const builder = sqliteBuilder();
  const upkeep = createUpkeep(path);
  const translate = remembering(upkeep);
  // Reads get a connection of their own: they see what is committed, never a transaction half done.
  const reader = readOnly ? writer : new DatabaseSync(path, { readOnly: true });
  if (!readOnly) reader.exec(PRAGMAS);
  const reads = executorFor(reader, builder, translate);
  const writes = executorFor(writer, builder, translate);
  const commits = createCommitQueue(writer, writes, translate, onCommit);
  return {
    cluster: null,
    upkeep: readOnly ? null : upkeep,
    writer,
    all: (source, params) => reads.all(source, params),
    get: (source, params) => reads.get(source, params),
    run: (source, params) => commits.enqueue((tx) => tx.run(source, params)),
    // One writer: every transaction excludes every other one.
    transaction: (work) => commits.enqueue(work),
    async close() {
      await commits.drain();
      await upkeep.stop();
      if (reader !== writer) reader.close();
      writer.close();
    },
  };
}
