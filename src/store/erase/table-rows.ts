import { sql, type Kysely } from "kysely";
import { TABLE_KEYS } from "../copy/table-list.ts";
import { statement, type Statement } from "../statement.ts";
import type { Executor } from "../store.ts";
import type { Tables } from "../tables.ts";

/** What a row holds, by column. */
export type AnyRow = Readonly<Record<string, string | number | null>>;

type AnyStatement = Statement<AnyRow, AnyRow>;

/** One table for whoever goes through all of them. */
export interface TableRows {
  readonly name: string;
  /** In the order of the key, behind `after` (of which the columns of the key are looked at). */
  page(store: Executor, after: AnyRow | null, limit: number): Promise<AnyRow[]>;
  find(store: Executor, row: AnyRow): Promise<AnyRow | undefined>;
  /** The number of rows that went: 1, or 0 where it was gone. */
  remove(store: Executor, row: AnyRow): Promise<number>;
  /** What one column holds from now on. */
  set(store: Executor, row: AnyRow, column: string): Promise<number>;
}

type AnyDatabase = Kysely<Record<string, Record<string, string | number | null>>>;

const untyped = (db: Kysely<Tables>): AnyDatabase => db as unknown as AnyDatabase;

/** Columns of keys that count; the others are text. */
const NUMBERS: ReadonlySet<string> = new Set(["seq", "number", "n", "erasure"]);

/** Before every row. Only the first column of a key can tell: it is never empty. */
function beforeAll(key: readonly string[]): AnyRow {
  return Object.fromEntries(key.map((column) => [column, NUMBERS.has(column) ? -1 : ""]));
}

/** Whoever goes through all rows of these has no use for what they hold. */
const PAGED_BY_KEY: ReadonlySet<string> = new Set(["media_chunks"]);

function pageOf(name: string, key: readonly string[]): AnyStatement {
  return statement((db, p) => {
    const columns = sql.join(key.map((column) => sql.ref(column)));
    const after = sql.join(key.map((column) => sql.val(p(column))));
    const from = untyped(db).selectFrom(name);
    const rows = (PAGED_BY_KEY.has(name) ? from.select([...key]) : from.selectAll()).where(sql<boolean>`(${columns}) > (${after})`);
    return key.reduce((query, column) => query.orderBy(column), rows as ReturnType<typeof from.selectAll>).limit(p("limit") as number);
  });
}

function rowsOf(name: string, key: readonly string[]): TableRows {
  const page = pageOf(name, key);
  const find: AnyStatement = statement((db, p) => key.reduce((query, column) => query.where(column, "=", p(column)), untyped(db).selectFrom(name).selectAll()));
  const remove: AnyStatement = statement((db, p) => key.reduce((query, column) => query.where(column, "=", p(column)), untyped(db).deleteFrom(name)) as never);
  const setters = new Map<string, AnyStatement>();
  const setter = (column: string): AnyStatement => {
    const made: AnyStatement =
      setters.get(column) ?? statement((db, p) => key.reduce((query, part) => query.where(part, "=", p(part)), untyped(db).updateTable(name).set({ [column]: p(column) })) as never);
    setters.set(column, made);
    return made;
  };
  return {
    name,
    page: (store, after, limit) => store.all(page, { ...(after ?? beforeAll(key)), limit }),
    find: (store, row) => store.get(find, row),
    remove: (store, row) => store.run(remove, row),
    set: (store, row, column) => store.run(setter(column), row),
  };
}

/** Not copied, and about somebody all the same: who speaks off the record at the moment. */
const PRIVATE_CHATS = ["private_chats", ["channel", "account", "chat", "thread_key"]] as const;

/** The tables that keep something of people, each with its primary key. */
export const ERASED_KEYS: ReadonlyMap<string, readonly string[]> = new Map([...TABLE_KEYS, PRIVATE_CHATS]);

/**
 * Every table that is kept, with statements that are made from the list of tables, as those of a copy are
 * (docs/decisions/0052): what goes through all of them cannot forget one.
 */
export function everyTable(): ReadonlyMap<string, TableRows> {
  return new Map([...ERASED_KEYS].map(([name, key]) => [name, rowsOf(name, key)]));
}
