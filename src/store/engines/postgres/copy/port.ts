import type { Client } from "pg";
import { ContinuoError } from "../../../../domain/errors.ts";
import { withoutNul } from "../../../copy/hash.ts";
import type { Row, TableShape } from "../../../copy/rows.ts";
import { list, quoted, type SqlPort } from "../../../copy/sql-port.ts";
import { COUNTED_TABLES, TABLE_KEYS } from "../../../copy/table-list.ts";
import { createClient } from "../connect.ts";
import { translatePostgresError } from "../errors.ts";

/** Of each table its columns, sorted by name, with their types as PostgreSQL calls them. */
type Types = ReadonlyMap<string, ReadonlyMap<string, string>>;

async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw translatePostgresError(error);
  }
}

function numbered(sql: string): string {
  const count = { last: 0 };
  return sql.replaceAll("?", () => `$${++count.last}`);
}

async function connect(url: string): Promise<Client> {
  const client = createClient(url, "copy");
  // Whoever asks next is told.
  client.on("error", () => undefined);
  await guarded(client.connect());
  return client;
}

async function typesOf(client: Client): Promise<Types> {
  const { rows } = await guarded(client.query<{ table_name: string; column_name: string; udt_name: string }>("select table_name, column_name, udt_name from information_schema.columns where table_schema = current_schema()"));
  const types = new Map<string, Map<string, string>>();
  for (const { table_name: table, column_name: column, udt_name: type } of rows) types.set(table, (types.get(table) ?? new Map<string, string>()).set(column, type));
  return types;
}

async function schemaOf(client: Client, types: Types): Promise<number> {
  if (!types.has("continuo_schema")) throw new ContinuoError("STORE_REFUSED", "The PostgreSQL database has no tables of Continuo.");
  const { rows } = await guarded(client.query<{ version: number }>("select version from continuo_schema"));
  return rows[0]?.version ?? 0;
}

function shapesOf(types: Types): TableShape[] {
  return [...TABLE_KEYS].flatMap(([name, key]) => {
    const columns = types.get(name);
    return columns === undefined ? [] : [{ name, columns: [...columns.keys()].sort(), key }];
  });
}

/** Everything of one page in one statement: a list for each column. */
function insertion({ name, columns }: TableShape, types: Types, isLenient: boolean): string {
  const lists = columns.map((column, index) => `$${index + 1}::${types.get(name)?.get(column) ?? "text"}[]`);
  return `insert into ${quoted(name)} (${list(columns)}) select * from unnest(${lists.join(", ")})${isLenient ? " on conflict do nothing" : ""}`;
}

async function countersOf(client: Client, types: Types): Promise<Record<string, number>> {
  const counters: Record<string, number> = {};
  for (const name of COUNTED_TABLES.filter((table) => types.has(table))) {
    const { rows } = await guarded(client.query<{ last_value: number; is_called: boolean }>(`select last_value, is_called from ${quoted(`${name}_seq_seq`)}`));
    if (rows[0]?.is_called === true) counters[name] = rows[0].last_value;
  }
  return counters;
}

async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await guarded(client.query("begin; set local synchronous_commit = on"));
  try {
    const result = await work();
    await guarded(client.query("commit"));
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => undefined); // where the connection is gone, so is the transaction
    throw error;
  }
}

function portOf(url: string, client: Client, types: Types, schema: number): SqlPort {
  return {
    engine: "postgres",
    schema,
    shapes: async () => shapesOf(types),
    ask: async (sql, values = []) => (await guarded(client.query<unknown[] & Row>({ text: numbered(sql), values: values.map(withoutNul), rowMode: "array" }))).rows,
    async insert(table, rows, isLenient) {
      if (rows.length === 0) return;
      const columns = table.columns.map((_, index) => rows.map((row) => withoutNul(row[index] ?? null)));
      await guarded(client.query(insertion(table, types, isLenient), columns));
    },
    counters: {
      read: () => countersOf(client, types),
      async set(counters) {
        for (const [name, last] of Object.entries(counters)) await guarded(client.query(`select setval('${quoted(`${name}_seq_seq`)}', $1, true)`, [last]));
      },
    },
    transaction: (work) => inTransaction(client, work),
    async snapshot() {
      const other = await connect(url);
      // Its first look fixes the moment.
      await guarded(other.query("begin transaction isolation level repeatable read read only; select 1 from continuo_schema"));
      return portOf(url, other, types, schema);
    },
    async close() {
      await client.end().catch(() => undefined); // it may be gone already
    },
  };
}

/** A connection of its own to a database whose tables are there. Errors: STORE_UNREACHABLE, STORE_REFUSED. */
export async function openPostgresPort(url: string): Promise<SqlPort> {
  const client = await connect(url);
  try {
    const types = await typesOf(client);
    return portOf(url, client, types, await schemaOf(client, types));
  } catch (error) {
    await client.end().catch(() => undefined); // the reason is told already
    throw error;
  }
}
