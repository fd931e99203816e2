import { ContinuoError } from "../../../../domain/errors.ts";
import { sourceOf } from "../../../copy/port-rows.ts";
import type { RowSink, RowSource, TableShape } from "../../../copy/rows.ts";
import { quoted, type SqlPort } from "../../../copy/sql-port.ts";
import { refuseUsed } from "../../../copy/used.ts";
import { createPool } from "../connect.ts";
import { translatePostgresError } from "../errors.ts";
import { migratePostgres } from "../migrate.ts";
import { openPostgresPort } from "./port.ts";

/** An empty database that is filled in one transaction: before `commit` nobody sees anything of it. */
export interface PostgresFilling {
  readonly sink: RowSink;
  /** What is in it so far. */
  readonly source: RowSource;
  commit(): Promise<void>;
}

async function makeTables(url: string, schema: number): Promise<void> {
  const pool = createPool({ url, connections: 1 }, "restore", 1, () => undefined);
  try {
    await migratePostgres(pool, schema);
  } catch (error) {
    throw translatePostgresError(error);
  } finally {
    await pool.end();
  }
}

function sinkOf(port: SqlPort): RowSink {
  let table: TableShape | null = null;
  return {
    begin: async (next) => void (table = next),
    async write(rows) {
      if (table !== null) await port.insert(table, rows, false);
    },
    finish: (counters) => port.counters.set(counters),
    abandon: () => port.close(),
  };
}

/** Errors: STORE_OCCUPIED where there are conversations or a gateway, STORE_UNREACHABLE, STORE_REFUSED. `name` is for people. */
export async function fillPostgres(url: string, name: string, schema: number, now: number): Promise<PostgresFilling> {
  await makeTables(url, schema);
  const port = await openPostgresPort(url);
  try {
    if (port.schema !== schema) throw new ContinuoError("STORE_OCCUPIED", `${name} has the tables of schema ${port.schema}, the backup those of schema ${schema}.`);
    await refuseUsed(port, name, now);
    await port.ask("begin");
    // What a migration wrote into a new store belongs to that one, not to the copy.
    for (const shape of await port.shapes()) await port.ask(`delete from ${quoted(shape.name)}`);
    const commit = async (): Promise<void> => {
      await port.ask("commit");
      await port.close();
    };
    return { sink: sinkOf(port), source: { ...sourceOf(port), close: async () => undefined }, commit };
  } catch (error) {
    await port.close();
    throw error;
  }
}
