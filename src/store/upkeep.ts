import type { Clock } from "../domain/clock.ts";

/** Whether the database's pages are what they should be; `done` and `total` count tables. Times are ms. */
export interface StoreCheck {
  readonly state: "waiting" | "running" | "ok" | "damaged" | "failed";
  readonly done: number;
  readonly total: number;
  readonly endedAt: number | null;
  /** What is wrong, in SQLite's words. */
  readonly problems: readonly string[];
}

export interface StoreHealth {
  /** Bytes that are committed and not in the database file yet. */
  readonly journalBytes: number;
  readonly check: StoreCheck;
  /** What was met while the gateway worked; null as long as all was well. */
  readonly damage: string | null;
}

/** Where what is found is written. */
export interface UpkeepLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** What an embedded database needs that a server does for itself: a look at its pages, and a journal that is kept small. */
export interface Upkeep {
  /** Begins, beside the work; ends with the store. */
  start(parts: { readonly log: UpkeepLog; readonly clock: Clock }): void;
  health(): StoreHealth;
}
