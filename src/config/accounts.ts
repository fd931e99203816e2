import type { Config } from "./schema.ts";

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

/** The agent that takes what nothing routes: the first marked `default`, else the first, else `main` (spec 1.2). */
export function defaultAgentId(config: Config): string {
  return (config.agents.list.find((agent) => agent.default === true) ?? config.agents.list[0])?.id ?? "main";
}
