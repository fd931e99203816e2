import { createHash } from "node:crypto";
import type { Pool, PoolClient, QueryResult } from "pg";
import { ContinuoError, isContinuoError } from "../../../domain/errors.ts";
import type { Executor, Store, Transaction } from "../../store.ts";
import { createAfterwards } from "../afterwards.ts";
import { translatePostgresError } from "./errors.ts";
import { createExecutor, type Prepare } from "./executor.ts";
import { createOrder } from "../../../domain/order.ts";

/** What all transactions hold together, and one without a session holds alone: "CNTO". */
const WORLD = 0x434e_544f;

export interface TransactionParts {
  readonly pool: Pool;
  readonly prepare: Prepare;
  /** How many commits may be under way at once. */
  readonly connections: number;
  /** Keeps installations in one database apart that have schemas of their own. */
  readonly schema: string;
  readonly epoch: EpochWatch;
}

/** How this process knows that what it remembers of who is who is what the tables say. */
export interface EpochWatch {
  /** The newest epoch that it has loaded. */
  known(): number;
  /** Loads what is newer. */
  catchUp(epoch: number): Promise<void>;
}

export interface Transactions {
  transaction: Store["transaction"];
  /** Resolves when none is under way. */
  idle(): Promise<void>;
}

interface Job {
  readonly session: string;
  /** Resolves to what is told to whoever asked once it is committed. */
  run(tx: Executor): Promise<() => void>;
  reject(error: unknown): void;
}

/** How many transactions may share one commit: bounds how long one waits for the others. */
const MOST_TOGETHER = 64;
/** One that is in the way of others each time, or out of date each time it looks, is so by a fault. */
const MOST_TRIES = 10;

/** A session's lock, as the number that PostgreSQL wants; two sessions that share one only wait for each other. */
function lockOf(schema: string, session: string): string {
  return createHash("sha1").update(schema).update("\0").update(session).digest().readBigInt64BE(0).toString();
}

function worldOf(schema: string): string {
  return `(${WORLD}, hashtext('${schema.replaceAll("'", "''")}'))`;
}

/** Everybody takes the locks of several sessions in the same order, so that no two wait for each other. */
function openingOf(schema: string, jobs: readonly Job[]): string {
  const locks = [...new Set(jobs.map(({ session }) => lockOf(schema, session)))].toSorted();
  const taken = locks.map((lock) => `pg_advisory_xact_lock(${lock})`).join(", ");
  return `begin; select pg_advisory_xact_lock_shared${worldOf(schema)}, ${taken}; select epoch from world`;
}

/** PostgreSQL answers with the results of each statement of the opening; the epoch is the last. */
function epochIn(results: unknown): number {
  const last = (results as readonly QueryResult<{ epoch: number }>[]).at(-1);
  return last?.rows[0]?.epoch ?? 0;
}

async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query("commit");
  // A statement failed and its error was swallowed: PostgreSQL has taken everything back.
  if (command !== "COMMIT") throw new ContinuoError("INTERNAL", "A transaction could not be kept: one of its statements had failed.");
}

async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw translatePostgresError(error);
  }
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    const isBroken = await client.query("rollback").then(
      () => false,
      () => true,
    );
    client.release(isBroken);
    throw translatePostgresError(error);
  }
}

type Outcome = { readonly kind: "committed"; readonly tell: readonly (() => void)[] } | { readonly kind: "stale"; readonly epoch: number } | { readonly kind: "failed"; readonly error: unknown };

/** One `BEGIN ... COMMIT` for all of them; should one fail, nothing of any is kept. */
async function together({ pool, prepare, schema, epoch }: TransactionParts, jobs: readonly Job[]): Promise<Outcome> {
  return withClient(pool, async (client): Promise<Outcome> => {
    const opened = client.query(openingOf(schema, jobs)).then(epochIn);
    opened.catch(() => undefined); // whoever waits for it is told
    const known = epoch.known();
    const tx = createExecutor(prepare, (config) => client.query(config));
    const done = await Promise.allSettled(jobs.map((job) => job.run(tx)));
    const found = await opened;
    const failure = done.find((one) => one.status === "rejected");
    if (found !== known || failure !== undefined) await client.query("rollback");
    if (found !== known) return { kind: "stale", epoch: found };
    if (failure !== undefined) return { kind: "failed", error: failure.reason };
    await commit(client);
    return { kind: "committed", tell: done.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])) };
  });
}

/** Together first, then each alone: only the one that fails is refused. */
async function runBatch(parts: TransactionParts, jobs: readonly Job[], tried: number): Promise<void> {
  try {
    const outcome = await together(parts, jobs);
    if (outcome.kind === "committed") return outcome.tell.forEach((tell) => tell());
    if (tried >= MOST_TRIES) throw outcome.kind === "failed" ? outcome.error : new ContinuoError("STORE_BUSY", "Who is who is being changed all the time.");
    if (outcome.kind === "stale") {
      await parts.epoch.catchUp(outcome.epoch);
      return await runBatch(parts, jobs, tried + 1);
    }
    if (jobs.length > 1) for (const job of jobs) await runBatch(parts, [job], 0);
    else if (isContinuoError(outcome.error) && outcome.error.code === "STORE_BUSY") await runBatch(parts, jobs, tried + 1);
    else throw outcome.error;
  } catch (error) {
    for (const job of jobs) job.reject(error);
  }
}

/** A transaction that nothing else in the cluster runs beside. */
function alone<T>({ pool, prepare, schema, epoch }: TransactionParts, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return withClient(pool, async (client) => {
    const found = epochIn(await client.query(`begin; select pg_advisory_xact_lock${worldOf(schema)}; select epoch from world`));
    // Nobody else can change anything now: what is out of date is loaded first.
    if (found !== epoch.known()) await epoch.catchUp(found);
    const afterwards = createAfterwards();
    const result = await work({ ...createExecutor(prepare, (config) => client.query(config)), afterCommit: afterwards.add });
    await commit(client);
    afterwards.begin();
    return result;
  });
}

/**
 * A session's transactions follow each other, those of different sessions do not wait for each other: what waits when a
 * connection is free shares one `BEGIN ... COMMIT` on it, with the locks of all its sessions, and travels without waiting
 * for answers in between. Should one of them fail, nothing is kept and each is done again alone: the work of a
 * transaction with a session can be done twice. A transaction without a session runs alone in the whole cluster.
 */
export function createTransactions(parts: TransactionParts): Transactions {
  const order = createOrder();
  const waiting: Job[] = [];
  let active = 0;

  const pump = (): void => {
    while (waiting.length > 0 && active < parts.connections) {
      active++;
      void runBatch(parts, waiting.splice(0, MOST_TOGETHER), 0).finally(() => {
        active--;
        pump();
      });
    }
  };

  const inSession = <T>(work: (tx: Transaction) => Promise<T>, session: string): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      waiting.push({
        session,
        reject,
        async run(tx) {
          // Done again, it begins anew: what a try that was not kept had asked for is not to happen.
          const afterwards = createAfterwards();
          const result = await work({ ...tx, afterCommit: afterwards.add });
          return () => {
            resolve(result);
            afterwards.begin();
          };
        },
      });
      // What is asked for in the same turn of the event loop shares a commit.
      if (waiting.length === 1) setImmediate(pump);
    });

  return {
    // A name that no session has: those that run alone follow each other too.
    transaction: (work, session) => (session === undefined ? order.after("", () => alone(parts, work)) : order.after(session, () => inSession(work, session))),
    idle: order.idle,
  };
}
