import type { BindingSource, ChannelSource, RoutingSource } from "./source.ts";

function accountPart(source: ChannelSource): Omit<ChannelSource, "accounts" | "defaultAccount"> {
  const { dmScope, routing, allowFrom } = source;
  return { dmScope, routing, allowFrom };
}

function channelPart(source: ChannelSource): ChannelSource {
  const accounts = Object.entries(source.accounts ?? {}).map(([name, account]) => [name, account && accountPart(account)] as const);
  return { ...accountPart(source), defaultAccount: source.defaultAccount, accounts: Object.fromEntries(accounts) };
}

function bindingPart({ agentId, match, session }: BindingSource): BindingSource {
  return { agentId, match, session };
}

/**
 * The settings that decide which session a message belongs to, and nothing else: what a change of them does to
 * conversations is planned before it is in force (law 7). As JSON it is equal exactly when routing is.
 */
export function routingPart(source: RoutingSource): RoutingSource {
  const { scope, dmScope, groupScope, mainKey, owner, identityLinks } = source.session ?? {};
  const channels = Object.entries(source.channels ?? {}).map(([name, channel]) => [name, channel && channelPart(channel)] as const);
  return {
    agents: { list: (source.agents?.list ?? []).map(({ id, default: isDefault }) => ({ id, default: isDefault })) },
    bindings: (source.bindings ?? []).map(bindingPart),
    session: { scope, dmScope, groupScope, mainKey, owner, identityLinks },
    channels: Object.fromEntries(channels.toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}
