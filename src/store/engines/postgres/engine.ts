import { createHash } from "node:crypto";
import type { Pool } from "pg";
import { steadyClock } from "../../../domain/clock.ts";
import type { Cluster, Signal } from "../../cluster.ts";
import type { Store } from "../../store.ts";
import { ERASED_KEYS } from "../../erase/table-rows.ts";
import { createDatabaseClock, type DatabaseClock } from "./clock.ts";
import { createPool, type PostgresOptions } from "./connect.ts";
import { translatePostgresError } from "./errors.ts";
import { createExecutor, createPrepare } from "./executor.ts";
import { createListener, type Listener } from "./listener.ts";
import { migratePostgres } from "./migrate.ts";
import { createTransactions, type EpochWatch } from "./transactions.ts";

export interface PostgresStoreOptions extends PostgresOptions {
  /** A connection broke, or could not be made; it is tried again by itself. */
  onError(error: unknown): void;
}

/**
 * For what goes on while all commits under way wait for a transaction that runs alone: that one itself, and single
 * writes beside it.
 */
const SPARE_CONNECTIONS = 3;

/** Reads never wait for a lock, so that few connections do. */
function readConnections(connections: number): number {
  return Math.max(2, Math.ceil(connections / 3));
}

/**
 * Opens a PostgreSQL store, creating its tables or bringing them up to date.
 * Errors: STORE_UNREACHABLE, STORE_REFUSED, STORE_NEWER.
 */
export async function openPostgres(options: PostgresStoreOptions): Promise<Store> {
  const writes = createPool(options, "writer", options.connections + SPARE_CONNECTIONS, options.onError);
  const reads = createPool(options, "reader", readConnections(options.connections), options.onError);
  try {
    await migratePostgres(writes);
    return await assemble(options, writes, reads);
  } catch (error) {
    await Promise.allSettled([writes.end(), reads.end()]);
    throw translatePostgresError(error);
  }
}

async function schemaOf(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ schema: string }>("select current_database() || '.' || current_schema() as schema");
  return rows[0]?.schema ?? "";
}

/** What this process remembers of who is who is as old as the epoch that it has loaded. */
function watchEpoch(first: number): EpochWatch & { onStale(reload: () => Promise<void>): void } {
  let known = first;
  let reload: (() => Promise<void>) | null = null;
  let loading: Promise<void> = Promise.resolve();
  return {
    known: () => known,
    catchUp(epoch) {
      loading = loading
        .catch(() => undefined)
        .then(async () => {
          if (epoch <= known) return;
          await reload?.();
          known = Math.max(known, epoch);
        });
      return loading;
    },
    onStale: (load) => void (reload = load),
  };
}

/** What an erasure deletes from or rewrites; what is left out means something only to the gateways that run. */
const CLEARED: readonly string[] = [...ERASED_KEYS.keys(), "signals", "search_docs", "search_queue"];

async function assemble(options: PostgresStoreOptions, writes: Pool, reads: Pool): Promise<Store> {
  const schema = await schemaOf(reads);
  const { rows } = await reads.query<{ epoch: number }>("select epoch from world");
  const epoch = watchEpoch(rows[0]?.epoch ?? 0);
  const prepare = createPrepare();
  const reading = createExecutor(prepare, (config) => reads.query(config));
  const writing = createExecutor(prepare, (config) => writes.query(config));
  const { transaction, idle } = createTransactions({ pool: writes, prepare, connections: options.connections, schema, epoch });
  const listeners: Listener[] = [];
  const cluster = createCluster(options, reads, await createDatabaseClock(reads, steadyClock), schema, epoch.onStale, listeners);
  return {
    cluster,
    upkeep: null,
    all: (source, params) => reading.all(source, params),
    get: (source, params) => reading.get(source, params),
    run: (source, params) => writing.run(source, params),
    transaction,
    async clear(isAlone) {
      await idle();
      for (const table of CLEARED) await writes.query(`vacuum ${isAlone ? "(full) " : ""}${table}`).catch((error: unknown) => Promise.reject(translatePostgresError(error)));
    },
    async close() {
      await idle();
      await Promise.allSettled(listeners.map((listener) => listener.end()));
      await Promise.all([writes.end(), reads.end()]);
    },
  };
}

function createCluster(options: PostgresStoreOptions, pool: Pool, clock: DatabaseClock, schema: string, onStale: Cluster["onStale"], listeners: Listener[]): Cluster {
  const channel = `continuo_${createHash("sha1").update(schema).digest("hex").slice(0, 16)}`;
  return {
    clock,
    synchronise: clock.measure,
    async signal(signal: Signal) {
      await pool.query({ name: "continuo_signal", text: "select pg_notify($1, $2)", values: [channel, JSON.stringify(signal)] });
    },
    async listen(hear, onGap) {
      listeners.push(await createListener({ url: options.url, channel, hear, onGap, onError: options.onError }));
    },
    onStale,
  };
}
