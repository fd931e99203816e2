import type { Address } from "../domain/address.ts";
import type { Clock } from "../domain/clock.ts";
import type { ChannelLog } from "../domain/channel.ts";
import type { ClaimParts } from "./claim.ts";
import type { CommitParts } from "./commit.ts";
import type { RunningLane, RunParts } from "./run-turn.ts";

export interface WorkerParts extends ClaimParts, RunParts, CommitParts {
  readonly clock: Clock;
  readonly log: ChannelLog;
  /** Ends the live view of a turn; resolves to the draft that its reply completes. */
  settleLive(turnId: string): Promise<string | null>;
  /** A reply is on its way: to this address, or to several. */
  onDelivery(to?: Address): void;
}

/** A session that has something to do. */
export interface Lane extends RunningLane {
  again: boolean;
  wokenAt: number;
  abort: AbortController | null;
  /** It waits for a place to run in, and runs nothing. */
  waits: boolean;
  done: Promise<void>;
}

/** When a session is looked at again after something went wrong. */
export const RETRY_MS = 1_000;
