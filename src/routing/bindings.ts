import { normalizeAgentId } from "../domain/agent-id.ts";
import type { InboundMessage, Place } from "../domain/message.ts";
import type { DmScope, MatchedBy, RouteWhy, WhyRule } from "../domain/route.ts";
import type { BindingSource, ChannelSource, GroupScope, MatchSource, PlatformId, RoutingEntrySource, RoutingSource } from "./source.ts";

export type AgentWhy = RouteWhy["agent"];

/** What the chosen binding says besides the agent. */
export interface Choice {
  readonly agent: AgentWhy;
  readonly dmScope: DmScope | undefined;
  readonly groupScope: GroupScope | undefined;
  /** Where those two were read from. */
  readonly setBy: string;
}

/** The tiers of spec 2.6, best first. */
const TIERS = [
  "binding.peer",
  "binding.peer.parent",
  "binding.peer.wildcard",
  "binding.guild+roles",
  "binding.guild",
  "binding.team",
  "binding.account",
  "binding.channel",
  "channel.routing",
] as const satisfies readonly MatchedBy[];

type Tier = (typeof TIERS)[number];

interface Candidate {
  readonly agentId: string;
  readonly index: number;
  readonly source: BindingSource | null;
  /** `dm`, or `room` for group and channel alike; null takes any. */
  readonly kind: "dm" | "room" | null;
  /** Null takes any account. */
  readonly account: string | null;
  readonly guildId: string | null;
  readonly teamId: string | null;
  readonly roles: readonly string[];
  /** Made at the first match and kept: the explanation is the same for each message it takes. */
  choices: Map<Tier, Choice> | null;
}

interface Tables {
  readonly peers: Map<string, Candidate[]>;
  readonly wildcards: Candidate[];
  readonly guildRoles: Map<string, Candidate[]>;
  readonly guilds: Map<string, Candidate[]>;
  readonly teams: Map<string, Candidate[]>;
  readonly accounts: Map<string, Candidate[]>;
  readonly any: Candidate[];
  readonly routing: Candidate[];
}

const emptyTables = (): Tables => ({
  ...{ peers: new Map(), wildcards: [], guildRoles: new Map(), guilds: new Map() },
  ...{ teams: new Map(), accounts: new Map(), any: [], routing: [] },
});

const ids = (list: readonly PlatformId[] | undefined): readonly string[] => (list ?? []).map(String);
const idOrNull = (id: PlatformId | undefined): string | null => (id === undefined || id === "" ? null : String(id));

function kindOf(match: MatchSource): Candidate["kind"] {
  if (!match.peer) return null;
  return match.peer.kind === "dm" || match.peer.kind === "direct" ? "dm" : "room";
}

function candidateOf(match: MatchSource, agentId: string, index: number, source: BindingSource | null, account: string | null): Candidate {
  return {
    agentId,
    index,
    source,
    kind: kindOf(match),
    account,
    guildId: idOrNull(match.guildId),
    teamId: idOrNull(match.teamId),
    roles: ids(match.roles),
    choices: null,
  };
}

function push(map: Map<string, Candidate[]>, key: string, candidate: Candidate): void {
  const list = map.get(key);
  if (list) list.push(candidate);
  else map.set(key, [candidate]);
}

function fileBinding(tables: Tables, match: MatchSource, candidate: Candidate): void {
  if (match.peer) {
    const id = String(match.peer.id);
    if (id === "*") tables.wildcards.push(candidate);
    else if (id !== "") push(tables.peers, id, candidate);
  } else if (candidate.guildId !== null) push(candidate.roles.length > 0 ? tables.guildRoles : tables.guilds, candidate.guildId, candidate);
  else if (candidate.teamId !== null) push(tables.teams, candidate.teamId, candidate);
  else if (candidate.account !== null) push(tables.accounts, candidate.account, candidate);
  else tables.any.push(candidate);
}

/** `match`, `peer` or `account` of an entry of `channels.<name>.routing` restrict it (spec 2.6). */
function entryMatch(entry: RoutingEntrySource): MatchSource {
  const match = (typeof entry.match === "object" && entry.match !== null ? entry.match : {}) as MatchSource;
  const { peer, account } = entry;
  const isId = typeof peer === "string" || typeof peer === "number";
  const own = isId ? { kind: "dm" as const, id: peer } : (peer as MatchSource["peer"]);
  return { ...match, ...(own ? { peer: own } : {}), ...(typeof account === "string" ? { accountId: account } : {}) };
}

interface RoutingEntry {
  readonly candidate: Candidate;
  readonly peer: string | null;
}

function compileEntries(channel: ChannelSource | undefined, known: (id: string) => string): RoutingEntry[] {
  const make = (entries: readonly RoutingEntrySource[] | undefined, account: string | null): RoutingEntry[] =>
    (entries ?? []).map((entry, index) => {
      const match = entryMatch(entry);
      const bound = account ?? (match.accountId === undefined || match.accountId === "*" ? null : match.accountId);
      const peer = match.peer && String(match.peer.id) !== "*" ? String(match.peer.id) : null;
      const typed = typeof entry.peer === "string" || typeof entry.peer === "number";
      const candidate = candidateOf(match, known(entry.agent), index, null, bound);
      return { peer, candidate: typed ? { ...candidate, kind: null } : candidate };
    });
  const accounts = Object.entries(channel?.accounts ?? {}).flatMap(([name, settings]) => make(settings?.routing, name));
  return [...accounts, ...make(channel?.routing, null)];
}

const NOWHERE: Place = { title: null, parentChat: null, guildId: null, teamId: null, roles: [] };

function fits(candidate: Candidate, kind: "dm" | "room", account: string, place: Place): boolean {
  if (candidate.kind !== null && candidate.kind !== kind) return false;
  if (candidate.account !== null && candidate.account !== account) return false;
  if (candidate.guildId !== null && candidate.guildId !== place.guildId) return false;
  if (candidate.teamId !== null && candidate.teamId !== place.teamId) return false;
  return candidate.roles.length === 0 || candidate.roles.some((role) => place.roles.includes(role));
}

function firstOf(list: readonly Candidate[] | undefined, kind: "dm" | "room", account: string, place: Place): Candidate | undefined {
  if (list === undefined) return undefined;
  for (const candidate of list) if (fits(candidate, kind, account, place)) return candidate;
  return undefined;
}

/** Which tiers hold anything at all: an explanation tells "nothing configured" from "configured, did not match". */
function configuredTiers(tables: Tables, entries: readonly RoutingEntry[]): Readonly<Record<Tier, boolean>> {
  const peers = tables.peers.size > 0;
  return {
    "binding.peer": peers,
    "binding.peer.parent": peers,
    "binding.peer.wildcard": tables.wildcards.length > 0,
    "binding.guild+roles": tables.guildRoles.size > 0,
    "binding.guild": tables.guilds.size > 0,
    "binding.team": tables.teams.size > 0,
    "binding.account": tables.accounts.size > 0,
    "binding.channel": tables.any.length > 0,
    "channel.routing": entries.length > 0,
  };
}

export interface AgentChooser {
  choose(message: InboundMessage, account: string): Choice;
}

function chooserFrom(tables: Tables, entries: readonly RoutingEntry[], channel: string, defaultId: string): AgentChooser {
  const configured = configuredTiers(tables, entries);
  const missed = TIERS.map((rule): WhyRule => ({ rule, outcome: configured[rule] ? "no-match" : "not-configured", index: null }));
  const nobody: Choice = {
    agent: { id: defaultId, matchedBy: "default", tried: [...missed, { rule: "default", outcome: "matched", index: null }] },
    ...{ dmScope: undefined, groupScope: undefined, setBy: "default" },
  };
  const chosen = (candidate: Candidate, tier: Tier): Choice => {
    const made = candidate.choices?.get(tier);
    if (made) return made;
    const tried: WhyRule[] = [...missed.slice(0, TIERS.indexOf(tier)), { rule: tier, outcome: "matched", index: candidate.index }];
    const { source } = candidate;
    const choice: Choice = {
      agent: { id: candidate.agentId, matchedBy: tier, tried },
      dmScope: source?.session?.dmScope,
      groupScope: source?.session?.groupScope,
      setBy: source ? `bindings[${candidate.index}].session` : `channels.${channel}.routing[${candidate.index}]`,
    };
    candidate.choices = (candidate.choices ?? new Map<Tier, Choice>()).set(tier, choice);
    return choice;
  };
  const byPeer = (id: string | null, kind: "dm" | "room", account: string, place: Place): Candidate | undefined =>
    id === null || tables.peers.size === 0 ? undefined : firstOf(tables.peers.get(id), kind, account, place);

  return {
    choose(message, account) {
      const { address, place: given } = message;
      const place = given ?? NOWHERE;
      const kind = message.chatKind === "dm" ? "dm" : "room";
      const own = kind === "dm" ? message.sender.id : address.chat;
      const threaded = kind === "room" && address.thread !== null;
      let found: Candidate | undefined;
      // A forum topic or thread may be bound by itself; otherwise it inherits its room's binding.
      const exact = threaded ? `${own}:${channel === "telegram" ? "topic" : "thread"}:${address.thread}` : own;
      if ((found = byPeer(exact, kind, account, place))) return chosen(found, "binding.peer");
      const parent = (threaded ? byPeer(own, kind, account, place) : undefined) ?? byPeer(place.parentChat, kind, account, place);
      if (parent) return chosen(parent, "binding.peer.parent");
      if ((found = firstOf(tables.wildcards, kind, account, place))) return chosen(found, "binding.peer.wildcard");
      if (place.guildId !== null) {
        if ((found = firstOf(tables.guildRoles.get(place.guildId), kind, account, place))) return chosen(found, "binding.guild+roles");
        if ((found = firstOf(tables.guilds.get(place.guildId), kind, account, place))) return chosen(found, "binding.guild");
      }
      if (place.teamId !== null && (found = firstOf(tables.teams.get(place.teamId), kind, account, place))) return chosen(found, "binding.team");
      if ((found = firstOf(tables.accounts.get(account), kind, account, place))) return chosen(found, "binding.account");
      if ((found = firstOf(tables.any, kind, account, place))) return chosen(found, "binding.channel");
      for (const entry of entries) {
        if ((entry.peer === null || entry.peer === own) && fits(entry.candidate, kind, account, place)) return chosen(entry.candidate, "channel.routing");
      }
      return nobody;
    },
  };
}

/** Builds one look-up for each channel, so that choosing an agent does not grow with the number of bindings. */
export function compileAgentChoice(source: RoutingSource, defaultId: string): (channel: string) => AgentChooser {
  const agents = source.agents?.list ?? [];
  const listed = new Set(agents.map((agent) => normalizeAgentId(agent.id)));
  /** A binding to an agent that is not there goes to the default one (spec 2.6). */
  const known = (id: string): string => {
    const agent = normalizeAgentId(id);
    return listed.size === 0 || listed.has(agent) ? agent : defaultId;
  };
  const channels = new Map(Object.entries(source.channels ?? {}).map(([name, channel]) => [name.trim().toLowerCase(), channel]));
  const tables = new Map<string, Tables>();
  (source.bindings ?? []).forEach((binding, index) => {
    const channel = binding.match.channel.trim().toLowerCase();
    const table = tables.get(channel) ?? emptyTables();
    tables.set(channel, table);
    const { accountId } = binding.match;
    const account = accountId === "*" ? null : (accountId?.trim() || channels.get(channel)?.defaultAccount || "default");
    fileBinding(table, binding.match, candidateOf(binding.match, known(binding.agentId), index, binding, account));
  });
  const choosers = new Map<string, AgentChooser>();
  for (const channel of new Set([...tables.keys(), ...channels.keys()])) {
    choosers.set(channel, chooserFrom(tables.get(channel) ?? emptyTables(), compileEntries(channels.get(channel), known), channel, defaultId));
  }
  const unknown = chooserFrom(emptyTables(), [], "", defaultId);
  return (channel) => choosers.get(channel) ?? unknown;
}
