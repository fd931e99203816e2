import { setTimeout as sleep } from "node:timers/promises";
import type { ResolvedModel } from "../agent/run.ts";
import type { Agents } from "../agent/settings.ts";
import type { Address } from "../domain/address.ts";
import type { Channel, ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { Probe } from "../domain/probe.ts";
import type { ResetType } from "../domain/route.ts";
import type { TurnEvent } from "../domain/turn.ts";
import type { EntranceSettings } from "../inbox/parts.ts";
import { createReceive, type Receive } from "../inbox/receive.ts";
import { enqueueDelivery } from "../outbox/enqueue.ts";
import { createLiveReplies } from "../outbox/live.ts";
import { createOutboxWorker, type OutboxWorker } from "../outbox/worker.ts";
import { createRecentEntries } from "../sessions/recent.ts";
import type { ResetPolicy } from "../sessions/reset.ts";
import type { Store } from "../store/store.ts";
import { createRecovery, rememberDraft } from "../turns/recover.ts";
import { createTurnWorker, type TurnWorker } from "../turns/lanes.ts";

/** The configuration as the line needs it; read anew for every message, so that a reload takes effect at once. */
export interface LineSettings extends EntranceSettings {
  agents(): Agents;
  resetPolicy(type: ResetType, channel: string): ResetPolicy;
  debounceMs(channel: string): number;
  /** How many queued messages one turn may collect (spec 12.3). */
  batchLimit(): number;
  onUnknown(): "hold" | "resend";
}

/** What reaches the line from outside the house. */
export interface LineWorld {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: ChannelLog;
  /** In [0, 1). */
  random(): number;
}

export interface LineParts {
  readonly store: Store;
  readonly world: LineWorld;
  readonly probe: Probe;
  readonly settings: LineSettings;
  resolveModel(ref: string): ResolvedModel;
  channel(address: Address, sessionKey: string): Channel | null;
  onTurnEvent(event: TurnEvent): void;
}

/** The eight rooms joined into the way of one message, without the doors (channels, gateway) at its ends. */
export interface Line {
  readonly receive: Receive;
  abort(sessionKey: string, runId: string | null): readonly string[];
  wake(sessionKey: string): void;
  running(): number;
  /** Takes up what an earlier gateway left, then works. */
  start(): Promise<void>;
  /** Finishes what ends within `graceMs`, hands back the rest. */
  stop(graceMs: number): Promise<void>;
}

/** How far back the store is read for a model; what fits its window is decided from that. */
const RECENT = { entries: 400, chars: 8_000_000 };

/** How long a holder may be silent before its turns are taken over. */
const LEASE_MS = 30_000;

export function createLine(parts: LineParts): Line {
  const { store, world, probe, settings, channel } = parts;
  const { clock, ids, log } = world;
  const holder = ids.uuid();
  const live = createLiveReplies({ clock, log, channel, rememberDraft: (turnId, draft) => rememberDraft(store, turnId, draft) });
  const outbox = createOutboxWorker({ ...world, store, probe, channel });
  const emit = (event: TurnEvent): void => {
    live.onTurnEvent(event);
    parts.onTurnEvent(event);
  };
  const turns = createTurnWorker({
    store,
    clock,
    ids,
    log,
    probe,
    holder,
    recent: createRecentEntries(store, RECENT),
    emit,
    leaseMs: LEASE_MS,
    batchLimit: settings.batchLimit,
    agents: settings.agents,
    resetPolicy: settings.resetPolicy,
    debounceMs: settings.debounceMs,
    resolveModel: parts.resolveModel,
    pause: (ms, signal) => sleep(ms, undefined, { signal }),
    onModelError: (ref, error) => log.warn({ model: ref, code: error.code, err: error.cause ?? error }, error.message),
    settleLive: live.settle,
    onDelivery: outbox.wake,
  });
  const recovery = createRecovery({ store, clock, log, holder, leaseMs: LEASE_MS, wake: turns.wake });
  const receive = createEntrance(parts, turns, outbox);
  return {
    receive,
    abort: turns.abort,
    wake: turns.wake,
    running: turns.running,
    async start() {
      await outbox.start(settings.onUnknown());
      const woken = await recovery.start();
      if (woken > 0) log.info({ sessions: woken }, "taking up what the last gateway left");
    },
    async stop(graceMs) {
      recovery.stop();
      await turns.stop(graceMs);
      await outbox.stop(graceMs);
    },
  };
}

/** Where messages come in: what is said there at once goes out, what is accepted wakes its session. */
function createEntrance({ store, world, probe, settings }: LineParts, turns: TurnWorker, outbox: OutboxWorker): Receive {
  const { clock, ids } = world;
  return createReceive({
    store,
    clock,
    ids,
    probe,
    settings,
    sessions: { reserve: turns.reserve, wake: turns.wake, stop: (sessionKey) => turns.abort(sessionKey, null) },
    sayNow: async (tx, sessionKey, reply, text) => {
      await enqueueDelivery(tx, { turnId: null, sessionKey, reply, text, draft: null, held: null }, ids, clock.now());
    },
    wakeOutbox: outbox.wake,
  });
}
