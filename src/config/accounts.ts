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
