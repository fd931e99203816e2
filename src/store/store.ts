import type { Cluster } from "./cluster.ts";
import type { Statement } from "./statement.ts";
import type { Upkeep } from "./upkeep.ts";

/** Runs statements: against the store as last committed, or inside one transaction. */
export interface Executor {
  all<P, R>(statement: Statement<P, R>, params: P): Promise<R[]>;
  get<P, R>(statement: Statement<P, R>, params: P): Promise<R | undefined>;
  /** Resolves to the number of rows that changed. */
  run<P>(statement: Statement<P, unknown>, params: P): Promise<number>;
}

/** What the work of a transaction is given. */
export interface Transaction extends Executor {
  /** Called once the commit is durable and its caller has gone on, never when nothing is kept. It must not throw: nobody hears it. */
  afterCommit(work: () => void): void;
}

/**
 * One schema, one set of statements, several engines. `transaction` resolves after the commit is durable
 * (law 1); inside it only statements may be awaited, so that it never holds the store while it waits for
 * anything else. Errors: STORE_FULL, STORE_BUSY, STORE_CORRUPT, or whatever `work` throws, in which case nothing is kept.
 *
 * A transaction excludes every other one. With `session` it excludes those of the same session (in the order in
 * which they were asked for) and those without one: whoever names a session writes nothing that belongs to another
 * session. SQLite has one writer anyway; PostgreSQL runs the sessions side by side.
 */
export interface Store extends Executor {
  transaction<T>(work: (tx: Transaction) => Promise<T>, session?: string): Promise<T>;
  close(): Promise<void>;
  /**
   * What was deleted is not to be found in the database's files any more. `isAlone`: nobody else works on it, so that it may
   * be written anew as a whole. What an archive or a backup of a server keeps is not in its hands (docs/privacy.md).
   */
  clear(isAlone: boolean): Promise<void>;
  /** What several gateways on one database share; null for an engine that one process has to itself. */
  readonly cluster: Cluster | null;
  /** What an embedded database needs beside the work; null where a server looks after itself, and for looking only. */
  readonly upkeep: Upkeep | null;
}
