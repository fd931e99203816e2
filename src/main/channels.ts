import type { Config } from "../config/index.ts";
import type { Channel, ChannelContext, ChannelLog, ChannelStatus } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Duty, Leases } from "../cluster/leases.ts";
import type { Amend } from "../inbox/amend.ts";
import type { Receive } from "../inbox/receive.ts";
import type { Store } from "../store/store.ts";
import { findCursor } from "../store/statements/find-cursor.ts";
import { upsertCursor } from "../store/statements/upsert-cursor.ts";

/** Makes the channel from its part of the configuration; null while that has nothing to connect with. */
export type ChannelFactory = (config: Config, random: () => number) => Promise<Channel | null>;

/** Every platform that can be spoken, by its key under `channels`. Loaded when it is configured. */
export const CHANNEL_FACTORIES: Readonly<Record<string, ChannelFactory>> = {
  telegram: async (config, random) => {
    const settings = config.channels.telegram;
    if (!settings || settings.enabled === false) return null;
    const { createTelegramChannel } = await import("../channels/telegram/index.ts");
    const channel = createTelegramChannel(settings, { random });
    return channel.accounts.length > 0 ? channel : null;
  },
};

export type NamedStatus = ChannelStatus & { readonly name: string };

export interface RunningChannels {
  get(name: string): Channel | null;
  statuses(): readonly NamedStatus[];
  /** Makes the channels: they can send from now on, and hear nothing yet. */
  load(config: Config): Promise<void>;
  /** Lets each hear as soon as it is this gateway's turn to: one at a time is connected. */
  start(): Promise<void>;
  /** Whether this gateway sends on a channel, at this moment; what is not configured belongs to nobody. */
  sends(name: string): boolean;
  /** Takes up a changed configuration: what changed is stopped and started, the rest goes on. */
  reload(config: Config, changedPaths: readonly string[]): Promise<void>;
  /** They hear nothing more; what is on its way may still be sent through them. */
  stop(): Promise<void>;
  /** Nothing is sent any more: another gateway may be connected. */
  letGo(): Promise<void>;
}

/** Which gateway is connected to a platform. */
export interface ChannelDuties {
  readonly leases: Pick<Leases, "want" | "giveUp" | "holds">;
  /** What another gateway had under way on a channel is settled; nothing is sent on it meanwhile. */
  takeUp(name: string): Promise<void>;
  /** This gateway sends on a channel from now on. */
  onTakenUp(): void;
}

export interface ChannelParts {
  readonly duties: ChannelDuties;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: ChannelLog;
  readonly receive: Receive;
  readonly amend: Amend;
  random(): number;
  onStatus(status: NamedStatus): void;
  readonly factories: Readonly<Record<string, ChannelFactory>>;
}

/** What a running channel is given; its states are kept in `statuses`. */
function contextOf(parts: ChannelParts, name: string, statuses: Map<string, NamedStatus>): ChannelContext {
  const { store, clock, log, receive, amend } = parts;
  return {
    receive,
    amend,
    readCursor: async (account, cursor) => (await store.get(findCursor, { channel: name, account, name: cursor }))?.value ?? null,
    writeCursor: async (account, cursor, value) => void (await store.run(upsertCursor, { channel: name, account, name: cursor, value })),
    log,
    now: () => clock.now(),
    onStatus(status) {
      const named = { ...status, name };
      statuses.set(`${name}/${status.account}`, named);
      parts.onStatus(named);
    },
  };
}

function isConcerned(name: string, changedPaths: readonly string[]): boolean {
  return changedPaths.some((path) => path === "channels" || path === `channels.${name}` || path.startsWith(`channels.${name}.`));
}

/** The channels that there are at the moment, and what each said last of its accounts. */
interface Roster {
  readonly running: ReadonlyMap<string, Channel>;
  statuses(): readonly NamedStatus[];
  load(name: string, config: Config): Promise<void>;
  start(name: string): Promise<void>;
  /** It hears nothing more; another gateway does. */
  standBy(name: string): Promise<void>;
  remove(name: string): Promise<void>;
}

function createRoster(parts: ChannelParts): Roster {
  const running = new Map<string, Channel>();
  const statuses = new Map<string, NamedStatus>();
  return {
    running,
    statuses: () => [...statuses.values()],
    async load(name, config) {
      const channel = await parts.factories[name]?.(config, parts.random);
      if (channel) running.set(name, channel);
    },
    async start(name) {
      await running.get(name)?.start(contextOf(parts, name, statuses));
    },
    async standBy(name) {
      const channel = running.get(name);
      await channel?.stop();
      for (const account of channel?.accounts ?? []) contextOf(parts, name, statuses).onStatus({ account, state: "standby", detail: "another gateway is connected", since: parts.clock.now() });
    },
    async remove(name) {
      await running.get(name)?.stop();
      running.delete(name);
      for (const [key, status] of statuses) if (status.name === name) statuses.delete(key);
    },
  };
}

/** One after the other: two changes in quick succession must not start a channel twice. */
function oneAfterTheOther(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    last = last.catch(() => undefined).then(work);
    return last;
  };
}

function leaseOf(name: string): string {
  return `channel:${name}`;
}

/** What comes with being the gateway that is connected to a platform. */
function createShifts({ duties }: ChannelParts, roster: Roster, isStopped: () => boolean) {
  /** What was under way there when this gateway's turn came is settled. */
  const takenUp = new Set<string>();
  return {
    hasTakenUp: (name: string): boolean => takenUp.has(name),
    dutyOf: (name: string): Duty => ({
      async gained() {
        if (!takenUp.has(name)) {
          await duties.takeUp(name);
          takenUp.add(name);
          duties.onTakenUp();
        }
        await roster.start(name);
      },
      async lost() {
        takenUp.delete(name);
        if (!isStopped()) await roster.standBy(name);
      },
    }),
  };
}

export function createChannels(parts: ChannelParts): RunningChannels {
  const roster = createRoster(parts);
  const { leases } = parts.duties;
  const inTurn = oneAfterTheOther();
  const known = Object.keys(parts.factories);
  let isStopped = false;
  const shifts = createShifts(parts, roster, () => isStopped);

  /** One channel that cannot start must not keep the others, or the page, from working. */
  const safely = async (name: string, step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      parts.log.error({ channel: name, err: error }, "the channel could not be started");
    }
  };

  const join = async (name: string): Promise<void> => {
    if (!roster.running.has(name)) return;
    await leases.want(leaseOf(name), shifts.dutyOf(name));
    if (!leases.holds(leaseOf(name))) await roster.standBy(name);
  };

  return {
    get: (name) => roster.running.get(name) ?? null,
    // What was under way before is told apart from what is sent here by this: nothing is, before that is settled.
    sends: (name) => !roster.running.has(name) || (shifts.hasTakenUp(name) && leases.holds(leaseOf(name))),
    statuses: roster.statuses,
    async load(config) {
      for (const name of known) await safely(name, () => roster.load(name, config));
    },
    start: () =>
      inTurn(async () => {
        for (const name of roster.running.keys()) await safely(name, () => join(name));
      }),
    reload: (config, changedPaths) =>
      inTurn(async () => {
        for (const name of known.filter((one) => isConcerned(one, changedPaths))) {
          // It hears nothing any more before another gateway may.
          await roster.remove(name);
          await leases.giveUp(leaseOf(name)).catch((error: unknown) => parts.log.warn({ err: error, channel: name }, "the others could not be told that a channel is free; its lease tells them"));
          await safely(name, async () => {
            await roster.load(name, config);
            await join(name);
          });
        }
      }),
    stop: () =>
      inTurn(async () => {
        isStopped = true;
        await Promise.all([...roster.running.values()].map((channel) => channel.stop()));
      }),
    letGo: () => inTurn(async () => void (await Promise.all([...roster.running.keys()].map((name) => leases.giveUp(leaseOf(name)))))),
  };
}
