import { DatabaseSync, type StatementSync, type SQLInputValue } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely } from "kysely";
import { ContinuoError, isContinuoError } from "../../../domain/errors.ts";
import { compileStatement, type Statement } from "../../statement.ts";
import type { Executor, Store } from "../../store.ts";
import type { Tables } from "../../tables.ts";
import { sqliteBuilder } from "../dialect.ts";
import { createCommitQueue, type CommitQueue } from "./commit-queue.ts";
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

/** What is deleted is overwritten with zeroes (docs/decisions/0053). */
const PRAGMAS = `
  pragma secure_delete = on;
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

const MOST_TRIES = 50;
const BETWEEN_TRIES_MS = 20;

/** So many pages of the index are written at once. */
const MERGED_PAGES = 200;

/** Words that were taken out of the index stand in its older parts until those are merged: all of them are, in small steps. */
async function mergeWords(database: DatabaseSync, commits: CommitQueue): Promise<void> {
  const changes = (): number => Number(database.prepare("select total_changes() as n").get()?.["n"]);
  // The first step says that everything is to become one part; the index has nothing left to do when a step changes as good as nothing.
  for (let pages = -MERGED_PAGES, changed = 2; changed >= 2; pages = MERGED_PAGES) {
    changed = await commits.enqueue(async () => {
      const before = changes();
      database.prepare("insert into search_words (search_words, rank) values ('merge', ?)").run(pages);
      return changes() - before;
    });
  }
}

/** Takes the journal into the database and cuts it off; a reader that still needs some of it is waited for. */
async function emptyJournal(database: DatabaseSync, isAlone: boolean, translate: Translate): Promise<void> {
  try {
    if (isAlone) database.exec("vacuum");
    for (let tries = 1; database.prepare("pragma wal_checkpoint(truncate)").get()?.["busy"] === 1; tries++) {
      if (tries === MOST_TRIES) throw new ContinuoError("STORE_BUSY", "Another program reads the database, so that its journal cannot be emptied.");
      await sleep(BETWEEN_TRIES_MS);
    }
  } catch (error) {
    throw translate(error);
  }
}

function assemble(path: string, writer: DatabaseSync, readOnly: boolean, onCommit: SqliteOptions["onCommit"]): Store & { readonly writer: DatabaseSync } {
  const builder = sqliteBuilder();
  const upkeep = createUpkeep(path, { between: (work) => commits.between(work), gather: (ms) => commits.gather(ms) });
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
    async clear(isAlone) {
      await commits.drain();
      await mergeWords(writer, commits);
      await emptyJournal(writer, isAlone, translate);
    },
    async close() {
      await commits.drain();
      await upkeep.stop();
      if (reader !== writer) reader.close();
      writer.close();
    },
  };
}
