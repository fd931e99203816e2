import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { startPostgresServer, type PostgresServer } from "../servers/postgres-server.ts";
import { sqliteFile, type Row } from "./database.ts";
import type { Engine } from "./engine.ts";

/** The store of several gateways, as somebody sees it who is none of them: what is committed, and nothing else. */
export interface Archive {
  /** Of the server; null where there is none: SQLite is a file. */
  readonly port: number | null;
  /** Where gateways find it that go through another port. */
  urlAt(port: number): string;
  rows(sql: string): Promise<Row[]>;
  /** Ends the server, for so long, or its connections; resolves once it is back. */
  harm(what: Harm, downMs: number): Promise<void>;
  close(): Promise<void>;
}

export type Harm = "kill" | "shutdown" | "terminate";

const NAME = "town";
const BUSY_MS = 5_000;

function openFile(stateDir: string): Archive {
  const path = sqliteFile(stateDir);
  return {
    port: null,
    urlAt: () => "",
    async rows(sql) {
      if (!existsSync(path)) return [];
      const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
      try {
        return database.prepare(sql).all();
      } finally {
        database.close();
      }
    },
    harm: () => Promise.reject(new Error("a file has no server to harm")),
    close: async () => undefined,
  };
}

async function once(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function harmServer(server: PostgresServer, url: string, what: Harm, downMs: number): Promise<void> {
  if (what === "terminate") return once(url, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${NAME}' and backend_type = 'client backend' and pid <> pg_backend_pid()`);
  await server.crash(what === "kill" ? "SIGKILL" : "SIGQUIT");
  await sleep(downMs);
  await server.restart();
}

const READ_AGAIN_MS = 200;

/** The connections of whoever looks on end with those of everybody else: they ask once more, on another. */
async function read(pool: pg.Pool, sql: string): Promise<Row[]> {
  const ask = async (): Promise<Row[]> => (await pool.query<Row>(sql)).rows;
  return ask().catch(async () => {
    await sleep(READ_AGAIN_MS);
    return ask();
  });
}

/** A server of its own: it is there to be killed. */
async function openServer(): Promise<Archive> {
  const server = await startPostgresServer();
  await once(server.url, `create database ${NAME}`);
  const url = new URL(server.url);
  url.pathname = NAME;
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  pool.on("error", () => undefined); // its server is killed on purpose; who asks next is told
  return {
    port: Number(url.port),
    urlAt(port) {
      const through = new URL(url);
      through.port = String(port);
      return through.href;
    },
    rows: (sql) => read(pool, sql),
    harm: (what, downMs) => harmServer(server, url.href, what, downMs),
    async close() {
      await pool.end();
      await server.stop();
    },
  };
}

export function openArchive(engine: Engine, stateDir: string): Promise<Archive> {
  return engine === "postgres" ? openServer() : Promise.resolve(openFile(stateDir));
}
