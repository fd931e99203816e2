import type { Clock } from "../domain/clock.ts";
import type { Executor, Store } from "../store/store.ts";
import type { GatewayRow } from "../store/tables.ts";
import { forgetGateway } from "../store/statements/forget-gateway.ts";
import { forgetGateways } from "../store/statements/forget-gateways.ts";
import { listLiveGateways } from "../store/statements/list-live-gateways.ts";
import { upsertGateway } from "../store/statements/upsert-gateway.ts";

export interface Membership {
  /** Says that this gateway lives, and looks who else does. */
  beat(address: string): Promise<void>;
  /** Whether others lived at the last beat, or have said since that they do. */
  hasOthers(): boolean;
  expectOthers(): void;
  leave(): Promise<void>;
}

export interface MembershipParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly id: string;
  readonly version: string;
  readonly leaseMs: number;
  /** One that lived at the last beat does not any more: it may have left something half done. */
  onGone(): void;
}

/** How long a dead gateway is remembered, for whoever asks what became of it. */
const REMEMBERED_MS = 3_600_000;

export function createMembership({ store, clock, id, version, leaseMs, onGone }: MembershipParts): Membership {
  const startedAt = clock.now();
  let others = false;
  let known: ReadonlySet<string> = new Set();
  return {
    async beat(address) {
      const now = clock.now();
      await store.run(upsertGateway, { id, version, address, started_at: startedAt, lease_until: now + leaseMs });
      const live = new Set((await liveGateways(store, now)).map((row) => row.id));
      const isOneGone = [...known].some((one) => !live.has(one));
      known = live;
      others = live.size > (live.has(id) ? 1 : 0);
      if (!others) await store.run(forgetGateways, { before: now - REMEMBERED_MS });
      if (isOneGone) onGone();
    },
    hasOthers: () => others,
    expectOthers: () => void (others = true),
    leave: async () => void (await store.run(forgetGateway, { id })),
  };
}

/** The gateways that are taken to be alive, the eldest first. */
export function liveGateways(store: Executor, now: number): Promise<GatewayRow[]> {
  return store.all(listLiveGateways, { now });
}
