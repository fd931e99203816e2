import { accountsOf, enabledChannels, type Config } from "../config/index.ts";
import { accountPolicy } from "../domain/access.ts";
import type { Directory, Route, RouteWhy } from "../domain/route.ts";
import { compileRouting, resolveRoute, type CompiledRouting } from "../routing/index.ts";

/** What one account of a channel does with the owner's direct messages, and which setting makes it so. */
export interface AccountScope {
  readonly channel: string;
  readonly account: string;
  readonly scope: Route["why"]["scope"]["value"];
  /** `channels.telegram.dmScope`, `session.dmScope`, or `default`. */
  readonly setBy: string;
  /** The setting by which the owner is known there (spec A1); null where nobody is. */
  readonly ownerBy: string | null;
  /** The owner's direct messages land in the main session. */
  readonly unified: boolean;
}

function withoutChannel(channel: string, entry: string): string | null {
  const colon = entry.indexOf(":");
  if (colon === -1) return entry;
  return entry.slice(0, colon).toLowerCase() === channel ? entry.slice(colon + 1) : null;
}

/** Everybody that the configuration names on this account: one of them may be the owner. */
export function namedSenders(config: Config, channel: string, account: string): readonly string[] {
  const { owner, identityLinks } = config.session;
  const { allowFrom } = accountPolicy(channel, config.channels[channel], account);
  const links = Object.entries(identityLinks).flatMap(([key, value]) => (typeof value === "string" ? [key] : value));
  const ids = [...allowFrom, ...owner, ...links].flatMap((entry) => withoutChannel(channel, entry.trim()) ?? []);
  return [...new Set(ids)].filter((id) => id !== "" && id !== "*");
}

/** One account of the owner's that the people table knows. */
export interface OwnedAccount {
  readonly channel: string;
  readonly account: string;
  readonly peer: string;
}

const OWNED: RouteWhy["sender"] = Object.freeze({ isOwner: true, ownerBy: "people", person: null, link: null });

function directoryOf(owned: readonly OwnedAccount[]): Directory {
  const isTheirs = (one: OwnedAccount, channel: string, account: string, peer: string): boolean => one.channel === channel && one.account === account && one.peer === peer;
  return { find: (channel, account, peer) => (owned.some((one) => isTheirs(one, channel, account, peer)) ? OWNED : null), isOwner: () => false };
}

/** Asks routing itself: how the owner's message would go, or a stranger's where nobody is the owner. */
function accountScope(config: Config, routing: CompiledRouting, channel: string, account: string, owned: readonly OwnedAccount[]): AccountScope {
  const theirs = owned.filter((one) => one.channel === channel && one.account === account).map(({ peer }) => peer);
  const routes = [...namedSenders(config, channel, account), ...theirs].map((sender) => resolveRoute(routing, { channel, account, sender }));
  const route = routes.find(({ isOwner }) => isOwner) ?? resolveRoute(routing, { channel, account });
  const { scope, sender } = route.why;
  return { channel, account, scope: scope.value, setBy: scope.setBy, ownerBy: sender.ownerBy, unified: route.sessionKey === route.mainSessionKey };
}

/** Every account of every enabled channel, in the file's order. */
export function accountScopes(config: Config, owned: readonly OwnedAccount[] = []): AccountScope[] {
  const routing = compileRouting(config, directoryOf(owned));
  return enabledChannels(config).flatMap((channel) =>
    accountsOf(config, channel)
      .filter((account) => accountPolicy(channel, config.channels[channel], account).enabled)
      .map((account) => accountScope(config, routing, channel, account, owned)),
  );
}
