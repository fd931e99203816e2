import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { ModelNames } from "../agent/model-names.ts";
import type { AgentParts } from "../agent/run.ts";
import type { Awaited } from "../cluster/standstill.ts";
import type { Address } from "../domain/address.ts";
import type { ChannelLog } from "../domain/channel.ts";
import { NO_SESSION, type Delivery } from "../domain/delivery.ts";
import { directMessage } from "../domain/message.ts";
import type { ReplyRoute } from "../domain/route.ts";
import type { TurnEvent } from "../domain/turn.ts";
import type { SayNow } from "../inbox/parts.ts";
import { limitQueue } from "../inbox/queue.ts";
import { createReceive, type Receive } from "../inbox/receive.ts";
import { createUpkeep } from "../inbox/upkeep.ts";
import { enqueueDelivery } from "../outbox/enqueue.ts";
import { createLiveReplies } from "../outbox/live.ts";
import { hasAll } from "../outbox/waiting.ts";
import type { OutboxParts } from "../outbox/parts.ts";
import { createOutboxWorker, type OutboxWorker } from "../outbox/worker.ts";
import { describeAudience, isInside } from "../routing/audience.ts";
import { peerAudience } from "../routing/keys.ts";
import { readChoices } from "../sessions/choices.ts";
import { searchFor } from "../search/index.ts";
import { languageOf, languageOfPeer } from "../sessions/language.ts";
import { createRecentEntries, type RecentEntries } from "../sessions/recent.ts";
import type { Executor, Transaction } from "../store/store.ts";
import { say, sayIn } from "../texts/index.ts";
import { compactSession, type Compacted, type CompactRequest } from "../turns/compact.ts";
import type { CanaryCount, CanaryWatch } from "../turns/canary.ts";
import type { CommandHistory, Told } from "../turns/commands/asked.ts";
import type { PrivateChats } from "../turns/private.ts";
import { createRecovery, rememberDraft, type Recovery } from "../turns/recover.ts";
import { createTurnWorker, type Held, type TurnWorker } from "../turns/lanes.ts";
import { findRunningTurn } from "../store/statements/find-running-turn.ts";
import { buildPrivate } from "./private.ts";
import type { LineSettings, LineCluster, LineWorld, LineModels, LineParts } from "./line-parts.ts";

export type { ConversationSettings, LineSettings, LinePeople, LineCluster, LineWorld, LineMedia, LineTell, LineModels, LineParts } from "./line-parts.ts";

/** What goes out without a turn. */
export interface Notices {
  /** Says something to somebody, where they are: it goes out when the transaction is kept. */
  say(tx: Transaction, reply: ReplyRoute, text: string): Promise<void>;
  /** Something may be due: for this address, or for any. */
  wake(address?: Address): void;
  /** Something that was not asked for in any chat is held: its agent's owner is told. */
  tellHeld(reason: string, agentId: string): Promise<void>;
}

/** What runs in the sessions. */
export interface LineTurns {
  /** Aborts what runs in a session, here or on another gateway; resolves to the runs that it hits. */
  abort(sessionKey: string, runId: string | null): Promise<readonly string[]>;
  wake(sessionKey: string): void;
  running(): number;
  /** Sums up the beginning of a session's conversation for the model. */
  compact(request: CompactRequest): Promise<Compacted>;
}

/** What other gateways have to do with it. */
export interface SharedLine {
  /** This gateway sends on a channel from now on: what another left under way there is settled. */
  takeUpChannel(channel: string): Promise<void>;
  /** What was read before may have been changed by another gateway. */
  forget(): void;
}

/** The eight rooms joined into the way of one message, without the doors (channels, gateway) at its ends. */
export interface Line {
  readonly receive: Receive;
  readonly turns: LineTurns;
  readonly shared: SharedLine;
  /** Holds sessions still until the answered function is called. */
  hold(sessionKeys: Held): Promise<() => void>;
  readonly notices: Notices;
  readonly canaries: Readonly<CanaryCount>;
  /** Takes up what an earlier gateway left, then works. */
  start(): Promise<void>;
  /** Finishes what ends within `graceMs`, hands back the rest. */
  stop(graceMs: number): Promise<void>;
}

/** How far back the store is read for a model; what fits its window is decided from that. */
const RECENT = { entries: 500, chars: 8_000_000 };

export function createLine(parts: LineParts): Line {
  const { store, world, probe, settings, channel, cluster } = parts;
  const { clock, ids, log } = world;
  const holder = cluster.id;
  const live = createLiveReplies({ clock, log, channel: sendingOnly(cluster, channel), hasAll: (address) => hasAll(store, address), rememberDraft: (turnId, draft) => rememberDraft(store, holder, turnId, draft) });
  const outbox = sharedOutbox(cluster, { ...world, store, probe, channel, retry: settings.retry, guard: (delivery) => guardAddress(settings, delivery) });
  const recent = createRecentEntries(store, RECENT);
  const canaries = watchCanaries(log);
  const sayNow = sayNowWith(world);
  const privacy = buildPrivate(parts, { models: modelParts(parts), recent, canaries, sayNow, wakeOutbox: () => outbox.wake() });
  const emit = (event: TurnEvent): void => {
    live.onTurnEvent(event);
    parts.tell.turn(event);
  };
  const turns = createTurnWorker({
    store,
    clock,
    ids,
    log,
    probe,
    recent,
    emit,
    tenure: { holder, leaseMs: cluster.leaseMs, heldUntil: cluster.heldUntil, onBusy: (sessionKey) => cluster.bus.whisper("wake", sessionKey) },
    settings,
    catchUp: () => settings.conversations().catchUp,
    models: modelParts(parts),
    settleLive: live.settle,
    onDelivery: outbox.wake,
    ...wallParts(parts, { canaries, recent, sayNow, outbox, privacy }),
  });
  const recovery = createRecovery({ store, clock, log, holder, leaseMs: cluster.leaseMs, wake: turns.wake, hasOthers: cluster.hasOthers });
  const upkeep = createUpkeep({ store, clock, log, dedupeWindowMs: settings.dedupeWindowMs });
  const abort = abortAnywhere(parts, turns);
  const receive = createEntrance(parts, { turns, abort, outbox, sayNow, privacy });
  hearOthers(cluster, turns);
  return {
    receive,
    hold: holdWith(turns, recovery, log, cluster),
    canaries: canaries.count,
    notices: noticesOf(parts, outbox, sayNow),
    turns: { abort, wake: turns.wake, running: turns.running, compact: compactWith(parts) },
    shared: { forget: recent.forget, takeUpChannel: (name) => outbox.takeUp(name, settings.onUnknown()) },
    async start() {
      // What other gateways have under way is theirs; on an embedded store there are none.
      if (store.cluster === null) await outbox.takeUp(null, settings.onUnknown());
      await privacy.start();
      const woken = await recovery.start();
      if (woken > 0) log.info({ sessions: woken }, "taking up what the last gateway left");
      upkeep.start();
    },
    async stop(graceMs) {
      const tidied = upkeep.stop();
      recovery.stop();
      await privacy.stop();
      await turns.stop(graceMs);
      await outbox.stop(graceMs);
      await tidied;
    },
  };
}

/** What was accepted while all was held may have got another key: it is looked for by its place in the inbox. */
function holdWith(turns: TurnWorker, recovery: Recovery, log: ChannelLog, cluster: LineCluster): Line["hold"] {
  return async (sessionKeys) => {
    const release = await turns.hold(sessionKeys);
    const releaseOthers = await cluster.standStill(awaitedBy(sessionKeys)).catch((error: unknown) => {
      release();
      throw error;
    });
    return () => {
      releaseOthers();
      release();
      if (typeof sessionKeys === "string") recovery.wakeWaiting().catch((error: unknown) => log.error({ err: error }, "what waits could not be looked for"));
    };
  };
}

function awaitedBy(held: Held): Awaited {
  if (held === "all") return null;
  return held === "everything" ? "every" : [...held];
}

/** A reply is sent by the gateway that is connected to its channel: that one is told. */
function sharedOutbox({ bus, sends }: LineCluster, parts: Omit<OutboxParts, "sends" | "handOver">): OutboxWorker {
  const outbox = createOutboxWorker({ ...parts, sends, handOver: (address) => bus.whisper("outbox", address) });
  bus.on("outbox", (to) => outbox.wake((to as Address | null) ?? undefined));
  return {
    ...outbox,
    wake(to) {
      outbox.wake(to);
      if (to === undefined || !sends(to.channel)) bus.whisper("outbox", to ?? null);
    },
  };
}

/** Only who is connected shows what is being written: two would write over each other. */
function sendingOnly({ sends }: LineCluster, channel: LineParts["channel"]): LineParts["channel"] {
  return (address, sessionKey) => (sends(address.channel) ? channel(address, sessionKey) : null);
}

const abortSchema = z.object({ sessionKey: z.string(), runId: z.string().nullable() });

/** What other gateways ask of the turns that run here. */
function hearOthers({ bus }: LineCluster, turns: TurnWorker): void {
  bus.on("wake", (key) => turns.nudge(String(key)));
  bus.on("abort", (body) => {
    const { sessionKey, runId } = abortSchema.parse(body);
    turns.abort(sessionKey, runId);
  });
}

/** What runs on another gateway is stopped by that one; the store says what that is. */
function abortAnywhere({ store, world, cluster }: LineParts, turns: TurnWorker): LineTurns["abort"] {
  return async (sessionKey, runId) => {
    const here = turns.abort(sessionKey, runId);
    if (here.length > 0 || !cluster.hasOthers()) return here;
    const row = await store.get(findRunningTurn, { session_key: sessionKey });
    const isElsewhere = row !== undefined && row.holder !== cluster.id && row.lease_until > world.clock.now();
    if (!isElsewhere || (runId !== null && runId !== row.run_id)) return [];
    cluster.bus.whisper("abort", { sessionKey, runId });
    return [row.run_id];
  };
}

function sayNowWith({ clock, ids }: LineWorld): SayNow {
  return async (tx, sessionKey, reply, text) => {
    await enqueueDelivery(tx, { turnId: null, sessionKey, reply, text, draft: null, held: null }, ids, clock.now());
  };
}

function noticesOf(parts: LineParts, outbox: OutboxWorker, sayNow: SayNow): Notices {
  const { store } = parts;
  return {
    wake: outbox.wake,
    async tellHeld(reason, agentId) {
      await store.transaction((tx) => ownerTeller(parts, sayNow)(tx, agentId, (theirs) => theirs("turn.held-owner", { reason })), NO_SESSION);
      outbox.wake();
    },
    async say(tx, reply, text) {
      await sayNow(tx, NO_SESSION, reply, text);
      tx.afterCommit(outbox.wake);
    },
  };
}

function modelParts({ models, world: { log, media } }: LineParts): AgentParts {
  return {
    images: media.images,
    resolveModel: models.resolve,
    pause: (ms, signal) => sleep(ms, undefined, { signal }),
    onModelError: (ref, error) => log.warn({ model: ref, code: error.code, err: error.cause ?? error }, error.message),
  };
}

function compactWith(parts: LineParts): LineTurns["compact"] {
  const { store, settings, world } = parts;
  return (request) => compactSession({ store, clock: world.clock, ids: world.ids, models: modelParts(parts), agents: settings.agents, settings: () => settings.conversations().compaction, budget: settings }, request);
}

function searchWith({ store, world: { clock } }: LineParts): CommandHistory["search"] {
  return (scope, request) => searchFor({ store, clock }, scope)(request);
}

/** The self-test of all that this gateway answers, on and off the record. */
function watchCanaries(log: ChannelLog): CanaryWatch {
  return {
    count: { requests: 0, markers: 0, breaches: 0 },
    onBreach: (turn, where) => log.error({ code: "WALL_BREACHED", turnId: turn.id, sessionKey: turn.sessionKey, where }, "a marker of another person came near this answer; it was stopped"),
  };
}

/** What keeps people apart in a turn, and what its commands need of the house. */
function wallParts(parts: LineParts, { canaries, recent, sayNow, outbox, privacy }: Pick<Rooms, "sayNow" | "outbox" | "privacy"> & { readonly canaries: CanaryWatch; readonly recent: RecentEntries }) {
  const { store, settings, people, world } = parts;
  const { clock, ids } = world;
  return {
    canaries,
    commands: {
      ...{ store, ids, clock, settings, people, models: namesNow(parts.models), version: world.version, wakeOutbox: outbox.wake },
      history: { compact: compactWith(parts), privacy, search: searchWith(parts), onChanged: parts.tell.session, recent: recent.read, discardMedia: world.media.discard },
    },
    tellOwner: ownerTeller(parts, sayNow),
  };
}

/** Puts a line for the owner on its way to where they wrote last, if that is known. */
function ownerTeller({ people }: LineParts, sayNow: SayNow) {
  return async (tx: Executor, agentId: string, said: Told): Promise<void> => {
    const route = await people.ownerRoute(agentId);
    if (route === null) return;
    const language = await languageOfPeer(tx, { channel: route.address.channel, peer: route.peer });
    await sayNow(tx, NO_SESSION, route, said(sayIn(language)));
  };
}

/** The names of models as they are configured now, whenever they are asked for. */
function namesNow({ names }: LineModels): ModelNames {
  return { list: () => names().list(), find: (word) => names().find(word), take: (rest) => names().take(rest), window: (ref) => names().window(ref) };
}

/** A chat that has come to belong to somebody else since the reply was written gets nothing (law 5). */
export function guardAddress({ audience }: Pick<LineSettings, "audience">, { address, peer, audience: meant }: Delivery): string | null {
  if (peer === "") return null;
  const { channel, account } = address;
  // Who was nobody in particular then may be known by name now: it is the same account.
  if (meant === peerAudience(channel, account, peer)) return null;
  const reader = audience(directMessage({ channel, account, senderId: peer }));
  return isInside(reader, meant) ? null : `${describeAudience(reader)} would read what was meant for ${describeAudience(meant)}`;
}

/** What a line is made of. */
interface Rooms {
  readonly turns: TurnWorker;
  readonly abort: LineTurns["abort"];
  readonly outbox: OutboxWorker;
  readonly sayNow: SayNow;
  readonly privacy: PrivateChats;
}

/** Where messages come in: what is said there at once goes out, what is accepted wakes its session. */
function createEntrance({ store, world, probe, settings, people }: LineParts, { turns, abort, outbox, sayNow, privacy }: Rooms): Receive {
  const { clock, ids } = world;
  return createReceive({
    store,
    clock,
    ids,
    probe,
    settings,
    doorway: people.doorway,
    sessions: {
      reserve: turns.reserve,
      wake: turns.wake,
      offRecord: privacy.take,
      stop: (sessionKey) => abort(sessionKey, null),
      activation: async (sessionKey) => (await readChoices(store, sessionKey)).activation ?? null,
      stopAnswer: async (tx, message, hit) => say(await languageOf(tx, message), hit ? "stop.stopped" : "stop.nothing"),
      limit: (tx, sessionKey, channel) => limitQueue({ settings, sayNow }, tx, sessionKey, channel),
    },
    sayNow,
    wakeOutbox: outbox.wake,
    keepMedia: world.media.keepMedia,
    holdMedia: world.media.holdMedia,
  });
}
