import type { PeerAliases } from "./known.ts";

interface ChannelAliases {
  readonly peerOf: Map<string, string>;
  readonly idsOf: Map<string, readonly string[]>;
}

const NONE: readonly string[] = Object.freeze([]);

/** The ids that belong together, in memory. */
export function createPeerAliases(): PeerAliases {
  const channels = new Map<string, ChannelAliases>();
  return {
    canonicalPeer: (channel, id) => channels.get(channel)?.peerOf.get(id) ?? id,
    aliasesOf: (channel, peer) => channels.get(channel)?.idsOf.get(peer) ?? NONE,
    learnAlias(channel, alias, peer) {
      const known = channels.get(channel) ?? { peerOf: new Map<string, string>(), idsOf: new Map<string, readonly string[]>() };
      channels.set(channel, known);
      if (known.peerOf.has(alias)) return;
      known.peerOf.set(alias, peer);
      const ids = known.idsOf.get(peer) ?? [peer];
      known.idsOf.set(peer, Object.freeze(ids.includes(alias) ? [...ids] : [...ids, alias]));
    },
  };
}
