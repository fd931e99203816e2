import type { Clock } from "../domain/clock.ts";

/** Something that one gateway tells the others. It is small, and nothing depends on its arrival: what must be true is in the tables. */
export interface Signal {
  readonly kind: string;
  readonly body: unknown;
}

/** Several gateways on one database: what they share besides the tables. */
export interface Cluster {
  /** The database's clock, so that leases and the order of ids do not depend on any machine's own; never goes back. */
  readonly clock: Clock;
  /** Measures the database's clock anew. */
  synchronise(): Promise<void>;
  /** To every gateway on this database, this one too. */
  signal(signal: Signal): Promise<void>;
  /**
   * Hears what all gateways signal. `onGap` is called when the connection was lost and is there again: what was
   * signalled meanwhile is not known.
   */
  listen(hear: (signal: Signal) => void, onGap: () => void): Promise<void>;
  /**
   * `reload` reads anew what this process keeps in memory of who is who. It is called before any transaction's work
   * is kept that began after another gateway has raised the epoch (law 4).
   */
  onStale(reload: () => Promise<void>): void;
}
