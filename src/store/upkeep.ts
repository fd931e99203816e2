import type { ChannelLog } from "../domain/channel.ts";
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

/** What an embedded database needs that a server does for itself: a look at its pages, and a journal that is kept small. */
export interface Upkeep {
  /** Begins, beside the work; ends with the store. */
  start(parts: { readonly log: ChannelLog; readonly clock: Clock }): void;
  health(): StoreHealth;
}
