import pg from "pg";

/** bigint, and the sums that PostgreSQL makes of them: times in ms and counts, all well below 2^53. */
const NUMBERS: ReadonlySet<number> = new Set([20, 1700]);

const types = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    return NUMBERS.has(oid) ? Number : format === "binary" ? pg.types.getTypeParser(oid, "binary") : pg.types.getTypeParser(oid, "text");
  },
} as pg.CustomTypesConfig;

/** How long a connection may take to be made, or to become free. */
const CONNECT_TIMEOUT_MS = 15_000;
/** A lock that is not given in this time is an error, not a hang. */
const LOCK_TIMEOUT_MS = 60_000;
/** A server that says nothing for this long is gone; longer than any wait for a lock. */
const QUERY_TIMEOUT_MS = 90_000;

export interface PostgresOptions {
  readonly url: string;
  /** The most connections that transactions may use at once; reads have a third as many of their own. */
  readonly connections: number;
}

function settingsFor(url: string, name: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: `continuo ${name}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types,
    pipeline: true,
    query_timeout: QUERY_TIMEOUT_MS,
  };
}

export function createPool({ url }: PostgresOptions, name: string, max: number, onLost: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({ ...settingsFor(url, name), max, idleTimeoutMillis: 60_000, onConnect: prepareSession });
  // A connection that breaks while nobody uses it: the next one is made when it is needed.
  pool.on("error", onLost);
  // One that breaks while it is used fails whatever is asked of it; without this it would end the process, too.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

export function createClient(url: string, name: string): pg.Client {
  return new pg.Client(settingsFor(url, name));
}

/** Durable commits whatever the server's default is (law 1); nothing waits for ever. */
async function prepareSession(client: pg.ClientBase): Promise<void> {
  await client.query(`set synchronous_commit = on; set lock_timeout = ${LOCK_TIMEOUT_MS}; set idle_in_transaction_session_timeout = ${LOCK_TIMEOUT_MS}; set client_min_messages = warning`);
}
