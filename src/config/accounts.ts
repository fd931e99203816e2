import type { ChannelConfig, Config } from "./schema.ts";

type RoomConfig = NonNullable<NonNullable<ChannelConfig["groups"]>[string]>;

/** Who may speak on one account of a channel, with every layer and default applied (spec 1.5). */
export interface AccountPolicy {
  readonly channel: string;
  readonly account: string;
  readonly enabled: boolean;
  readonly dmPolicy: NonNullable<ChannelConfig["dmPolicy"]>;
  readonly allowFrom: readonly string[];
  readonly groupPolicy: NonNullable<ChannelConfig["groupPolicy"]>;
  readonly groupAllowFrom: readonly string[];
}

export const DEFAULT_ACCOUNT = "default";

/** The channels that are configured and not switched off. */
export function enabledChannels(config: Config): readonly string[] {
  return Object.entries(config.channels).flatMap(([name, channel]) => (channel !== undefined && channel.enabled !== false ? [name] : []));
}

/** The accounts of a channel; one called `default` where none are listed or the channel has a token of its own. */
export function accountsOf(config: Config, channel: string): readonly string[] {
  const settings = config.channels[channel];
  const listed = Object.keys(settings?.accounts ?? {});
  if (listed.length === 0) return [DEFAULT_ACCOUNT];
  const whole = settings?.botToken !== undefined || settings?.token !== undefined;
  return whole && !listed.includes(DEFAULT_ACCOUNT) ? [DEFAULT_ACCOUNT, ...listed] : listed;
}

/** What is set for an account: its own fields over the channel's. Unset fields stay unset. */
export function accountSettings(config: Config, channel: string, account: string): ChannelConfig {
  const settings = config.channels[channel] ?? {};
  const { accounts, ...shared } = settings;
  const own = accounts?.[account];
  const set = Object.entries(own ?? {}).filter(([, value]) => value !== undefined);
  return { ...shared, ...Object.fromEntries(set), ...(settings.enabled === false ? { enabled: false } : {}) };
}

export function accountPolicy(config: Config, channel: string, account: string): AccountPolicy {
  const settings = accountSettings(config, channel, account);
  const allowFrom = settings.allowFrom ?? [];
  return {
    channel,
    account,
    enabled: settings.enabled ?? true,
    dmPolicy: settings.dmPolicy ?? "pairing",
    allowFrom,
    groupPolicy: settings.groupPolicy ?? "allowlist",
    groupAllowFrom: settings.groupAllowFrom ?? allowFrom,
  };
}

/** One group's settings; what it leaves out comes from `groups["*"]`. */
export function roomSettings(settings: ChannelConfig, room: string): RoomConfig {
  return { ...settings.groups?.["*"], ...settings.groups?.[room] };
}

/** The agent that takes what nothing routes: the first marked `default`, else the first, else `main` (spec 1.2). */
export function defaultAgentId(config: Config): string {
  return (config.agents.list.find((agent) => agent.default === true) ?? config.agents.list[0])?.id ?? "main";
}
