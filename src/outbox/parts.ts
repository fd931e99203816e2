import type { Address } from "../domain/address.ts";
import type { Channel, ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Probe } from "../domain/probe.ts";
import type { Store } from "../store/store.ts";

export interface OutboxParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly probe: Probe;
  readonly log: ChannelLog;
  random(): number;
  channel(address: Address, sessionKey: string): Channel | null;
}
