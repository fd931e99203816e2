import { createBus, type Bus } from "../cluster/bus.ts";
import { createLeases, buryOthers, type Leases } from "../cluster/leases.ts";
import { createMembership } from "../cluster/membership.ts";
import { createStandstill, heldUntil, type Awaited } from "../cluster/standstill.ts";
import type { ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { Executor, Store } from "../store/store.ts";

/** This gateway among those that work on the same database; on an embedded one it is alone. */
export interface GatewayCluster {
  /** Names this gateway in whatever it holds. */
  readonly id: string;
  /** How long a gateway may be silent before others take over what it does. */
  readonly leaseMs: number;
  readonly bus: Bus;
  readonly leases: Leases;
  hasOthers(): boolean;
  heldUntil(tx: Executor, now: number): Promise<number | null>;
  /** Keeps all gateways from beginning turns; see cluster/standstill.ts. */
  standStill(awaited: Awaited): Promise<() => void>;
  /** Lives from now on. */
  start(): Promise<void>;
  /** Leaves in order: what it held is free. */
  stop(): Promise<void>;
}

export interface ClusterParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: ChannelLog;
  readonly version: string;
  readonly leaseMs: number;
  /** Where it listens, or will; empty before that is known. */
  address(): string;
  /** Another gateway has ended, or is taken to be dead: what it left half done is to be looked for. */
  onGone(): void;
}

/** How often a gateway says that it lives, in the time that it may be silent. */
const BEATS = 4;

/** Longer than any process lives; the next one on an embedded store buries what this one held. */
const FOREVER_MS = 10 * 365 * 24 * 3_600_000;

const JOINED = "joined";
const RELEASED = "released";

export function createGatewayCluster({ store, clock, ids, log, version, leaseMs, address, onGone }: ClusterParts): GatewayCluster {
  const id = ids.uuid();
  const isShared = store.cluster !== null;
  // Alone, nobody waits for this gateway to fall silent: it need not say again and again that it lives.
  const heldMs = isShared ? leaseMs : FOREVER_MS;
  const membership = createMembership({ store, clock, id, version, leaseMs: heldMs, onGone });
  const bus = createBus({ store, clock, log, gateway: id, hasOthers: membership.hasOthers });
  const leases = createLeases({ store, clock, log, holder: id, leaseMs: heldMs, onReleased: (name) => bus.whisper(RELEASED, name) });
  const standStill = createStandstill({ store, clock, holder: id, leases });
  let timer: NodeJS.Timeout | null = null;
  let isStopping = false;
  let beating: Promise<void> = Promise.resolve();

  const beat = async (): Promise<void> => {
    await store.cluster?.synchronise();
    await membership.beat(address());
    await leases.beat();
    await bus.beat();
  };
  const again = (): void => {
    timer = setTimeout(() => {
      beating = beat()
        .catch((error: unknown) => log.warn({ err: error }, "the other gateways cannot be told that this one lives"))
        .finally(() => {
          if (!isStopping) again();
        });
    }, leaseMs / BEATS);
    timer.unref();
  };

  bus.on(JOINED, membership.expectOthers);
  bus.on(RELEASED, leases.tryAgain);
  return {
    ...{ id, leaseMs, bus, leases, hasOthers: membership.hasOthers },
    // An embedded store has one gateway: there is nobody to look out for.
    heldUntil: isShared ? (tx, now) => heldUntil(tx, id, now) : async () => null,
    standStill: isShared ? standStill : async () => () => undefined,
    async start() {
      if (!isShared) await buryOthers(store, id);
      await bus.start();
      await membership.beat(address());
      bus.whisper(JOINED, id);
      if (isShared) again();
    },
    async stop() {
      isStopping = true;
      if (timer) clearTimeout(timer);
      await beating;
      await leases.stop();
      await bus.flush();
      await membership.leave();
    },
  };
}
