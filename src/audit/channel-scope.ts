import type { ChannelConfig, Config } from "../config/schema.ts";
import type { DmScope } from "../domain/route.ts";

/** What one account of a channel does with the owner's direct messages, and which setting makes it so. */
export interface AccountScope {
  readonly channel: string;
  readonly account: string;
  readonly scope: DmScope;
  /** `channels.telegram.dmScope`, or the last resort `session.dmScope`. */
  readonly setBy: string;
  /** How the owner is known there (spec A1); null where nobody is. */
  readonly ownerBy: string | null;
  /** The owner's direct messages land in the main session. */
  readonly unified: boolean;
}

type AccountConfig = NonNullable<NonNullable<ChannelConfig["accounts"]>[string]>;

/** `telegram:123` and `123` name the same sender of telegram. */
function withoutChannel(entry: string, channel: string): string {
  return entry.toLowerCase().startsWith(`${channel}:`) ? entry.slice(channel.length + 1) : entry;
}

function isOn(alias: string, channel: string): boolean {
  return alias.trim().toLowerCase().startsWith(`${channel}:`);
}

/** Whether a person of `identityLinks` has an account on the channel; both shapes of links (spec A3). */
function personIsOn(links: Config["session"]["identityLinks"], name: string, channel: string): boolean {
  const wanted = name.toLowerCase();
  return Object.entries(links).some(([key, value]) => {
    if (typeof value === "string") return value.trim().toLowerCase() === wanted && isOn(key, channel);
    return key.trim().toLowerCase() === wanted && value.some((alias) => isOn(alias, channel) || !alias.includes(":"));
  });
}

function ownerOn(config: Config, channel: string, allowFrom: readonly string[], paired: boolean): string | null {
  const { owner, identityLinks } = config.session;
  if (owner.some((entry) => isOn(entry, channel) || personIsOn(identityLinks, entry, channel))) return "session.owner";
  if (paired) return "pairing approved with --me";
  const concrete = new Set(allowFrom.filter((entry) => entry !== "*").map((entry) => withoutChannel(entry, channel)));
  return concrete.size === 1 && !allowFrom.includes("*") ? "the one id in allowFrom" : null;
}

/** Spec 2.3: binding, account, channel, session; the first that says something. */
function effectiveScope(config: Config, channel: string, account: string, settings: AccountConfig | null, isDefault: boolean): [DmScope, string] {
  const bound = config.bindings.findIndex(
    ({ match, session }) =>
      session?.dmScope !== undefined && match.channel === channel && match.peer === undefined && match.guildId === undefined && match.teamId === undefined &&
      (match.accountId === "*" || (match.accountId === undefined ? isDefault : match.accountId === account)),
  );
  const binding = config.bindings[bound]?.session?.dmScope;
  if (binding !== undefined) return [binding, `bindings[${bound}].session.dmScope`];
  if (settings?.dmScope !== undefined) return [settings.dmScope, `channels.${channel}.accounts.${account}.dmScope`];
  const own = config.channels[channel]?.dmScope;
  return own === undefined ? [config.session.dmScope, "session.dmScope"] : [own, `channels.${channel}.dmScope`];
}

/** Every account of every enabled channel, in the file's order. `pairedOwners`: channels where the owner was paired as such. */
export function accountScopes(config: Config, pairedOwners: readonly string[]): AccountScope[] {
  return Object.entries(config.channels).flatMap(([channel, settings]) => {
    if (settings.enabled === false) return [];
    const accounts = Object.entries(settings.accounts ?? {}).filter(([, own]) => own.enabled !== false);
    const usual = settings.defaultAccount ?? (accounts.length === 1 ? accounts[0]?.[0] : undefined) ?? "default";
    const named: [string, AccountConfig | null][] = accounts.length > 0 ? accounts : [[usual, null]];
    return named.map(([account, own]): AccountScope => {
      const [scope, setBy] = effectiveScope(config, channel, account, own, account === usual);
      const ownerBy = ownerOn(config, channel, own?.allowFrom ?? settings.allowFrom ?? [], pairedOwners.includes(channel));
      const unified = config.session.scope === "global" || scope === "main" || (scope === "auto" && ownerBy !== null);
      return { channel, account, scope, setBy, ownerBy, unified };
    });
  });
}
