/** The two engines as the benches use them: a store of their own, and what the engine itself commits in a second. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { openPostgres } from "../../src/store/engines/postgres/engine.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { NoPostgres, startPostgresServer, type PostgresServer } from "../../test/servers/postgres-server.ts";

export interface BenchEngine {
  readonly name: "sqlite" | "postgres";
  readonly store: Store;
  /** Transactions of one inserted row each, one after the other, as durable as the store's; a second. */
  rawCommitsPerSecond(count: number): Promise<number>;
  close(): Promise<void>;
}

/** About as long as what is kept of a message. */
const PAYLOAD = "x".repeat(600);
const TABLE = "create table raw (id integer primary key, payload text not null)";

function openSqliteBench(): BenchEngine {
  const directory = mkdtempSync(join(tmpdir(), "continuo-bench-store-"));
  const store = openStore(join(directory, "state.sqlite"));
  return {
    name: "sqlite",
    store,
    async rawCommitsPerSecond(count) {
      const raw = new DatabaseSync(join(directory, `raw-${performance.now()}.sqlite`));
      raw.exec(`pragma journal_mode = wal; pragma synchronous = full; ${TABLE}`);
      const insert = raw.prepare("insert into raw (payload) values (?)");
      const began = performance.now();
      for (let row = 0; row < count; row++) insert.run(PAYLOAD);
      const tookMs = performance.now() - began;
      raw.close();
      return (count / tookMs) * 1000;
    },
    async close() {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const CONNECTIONS = 20;

async function openPostgresBench(server: Pick<PostgresServer, "url" | "stop">): Promise<BenchEngine> {
  const store = await openPostgres({ url: server.url, connections: CONNECTIONS, onError: (error) => console.error(error) });
  return {
    name: "postgres",
    store,
    async rawCommitsPerSecond(count) {
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query(`drop table if exists raw; ${TABLE.replace("integer", "bigserial")}; set synchronous_commit = on`);
      const began = performance.now();
      for (let row = 0; row < count; row++) await client.query({ name: "raw", text: "insert into raw (payload) values ($1)", values: [PAYLOAD] });
      const tookMs = performance.now() - began;
      await client.end();
      return (count / tookMs) * 1000;
    },
    async close() {
      await store.close();
      await server.stop();
    },
  };
}

/** An empty database on a PostgreSQL of the bench's own, its commits as durable as in production; null where there is none for the platform. */
export async function startDurablePostgres(): Promise<Pick<PostgresServer, "url" | "stop"> | null> {
  try {
    const server = await startPostgresServer({ durable: true });
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query("create database bench");
    await client.end();
    const url = new URL(server.url);
    url.pathname = "/bench";
    return { url: url.href, stop: () => server.stop() };
  } catch (error) {
    if (error instanceof NoPostgres) return null;
    throw error;
  }
}

/** An empty store on an engine; null where the engine is not there. */
export async function openEngine(name: BenchEngine["name"]): Promise<BenchEngine | null> {
  if (name === "sqlite") return openSqliteBench();
  const server = await startDurablePostgres();
  return server === null ? null : openPostgresBench(server);
}
