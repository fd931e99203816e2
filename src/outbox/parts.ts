import type { Address } from "../domain/address.ts";
import type { Channel, ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { Probe } from "../domain/probe.ts";
import type { Store } from "../store/store.ts";
import type { RetryBudget } from "./backoff.ts";

export interface OutboxParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly probe: Probe;
  readonly log: ChannelLog;
  random(): number;
  /** Read anew for each failure. */
  retry(): RetryBudget;
  /** Why a delivery may not go to its address any more (law 5); null lets it go. */
  guard(delivery: Delivery): string | null;
  /** Whether this gateway sends what goes to a channel: one at a time does, so that an address gets its replies in order. */
  sends(channel: string): boolean;
  /** What goes to an address is another gateway's to send by now: that one is told, where there is one. */
  handOver?(address: Address): void;
  channel(address: Address, sessionKey: string): Channel | null;
}
