import { nameKey } from "../../routing/people.ts";
import type { AudienceFacts, Spoken, SpokenSession } from "./facts.ts";

export interface MapPerson {
  readonly id: string;
  readonly name: string;
  readonly role: "owner" | "member" | "guest";
}

export interface MapIdentity {
  readonly id: string;
  readonly personId: string;
  readonly channel: string;
  readonly account: string;
  readonly peer: string;
  /** `telegram:42`, or `telegram/work:42`. */
  readonly label: string;
}

export interface MapSession {
  readonly key: string;
  readonly label: string;
  readonly kind: "dm" | "group" | "channel";
  readonly messages: number;
  /** Identities, in the order of the map. */
  readonly speakers: readonly string[];
  /** People who speak in it. */
  readonly people: readonly string[];
  /** Two or more people speak in it. */
  readonly shared: boolean;
}

/** A room, or a thread in it, in which at least one identity spoke; whoever is in it reads it all on the platform itself. */
export interface MapRoom {
  readonly id: string;
  readonly label: string;
  readonly people: readonly string[];
}

export interface MapEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: "has" | "speaks";
  readonly messages: number;
}

export interface MapMemory {
  readonly id: string;
  readonly scope: "agent" | "person";
  readonly label: string;
  readonly sessions: readonly string[];
}

/** Who speaks where: people, their identities on the channels, the sessions, and what is remembered of them. */
export interface AudienceMap {
  readonly people: readonly MapPerson[];
  readonly identities: readonly MapIdentity[];
  readonly sessions: readonly MapSession[];
  readonly rooms: readonly MapRoom[];
  /** Empty while nothing is remembered outside of the sessions. */
  readonly memory: readonly MapMemory[];
  readonly edges: readonly MapEdge[];
  /** Sessions that are not in the map, because it was limited. */
  readonly more: number;
}

const OWNER = "owner";

function plainAccount({ account }: { readonly account: string }): string {
  return account === "default" ? "" : account;
}

function accountLabel({ channel, account, senderId }: Spoken): string {
  const at = plainAccount({ account }) === "" ? "" : `/${account}`;
  return `${channel}${at}:${senderId === "" ? "unknown" : senderId}`;
}

/** Nobody is called the same as somebody else's id: JSON keeps the parts apart, whatever is in them. */
function idOf(kind: string, ...parts: readonly string[]): string {
  return `${kind}:${JSON.stringify(parts).slice(1, -1)}`;
}

function identityId({ channel, account, senderId }: Spoken): string {
  return idOf("identity", channel, account, senderId);
}

/** The one name that every named owner has; two names are two people. */
function ownerName(spoken: readonly Spoken[]): string | null {
  const names = new Map(spoken.flatMap(({ who }) => (who.isOwner && who.person !== null ? [[nameKey(who.person), who.person] as const] : [])));
  return names.size === 1 ? ([...names.values()][0] ?? null) : null;
}

/** One account of a platform is one human, whichever of our accounts they write to. */
function personOf(spoken: Spoken, owner: string | null): MapPerson {
  const { who } = spoken;
  const isTheOwner = who.isOwner && (who.person === null || (owner !== null && nameKey(who.person) === nameKey(owner)));
  if (isTheOwner) return { id: OWNER, name: owner ?? "the owner", role: "owner" };
  if (who.person !== null) return { id: idOf("person", nameKey(who.person)), name: who.person, role: who.isOwner ? "owner" : "member" };
  const name = spoken.senderName?.trim() || accountLabel({ ...spoken, account: "" });
  return { id: idOf("guest", spoken.channel, spoken.senderId), name, role: "guest" };
}

const ROLES: readonly MapPerson["role"][] = ["owner", "member", "guest"];

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byRoleAndName(a: MapPerson, b: MapPerson): number {
  return ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || compare(nameKey(a.name), nameKey(b.name)) || compare(a.id, b.id);
}

interface Placed {
  readonly spoken: Spoken;
  readonly person: MapPerson;
  readonly identity: string;
}

function distinct<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.toReversed().map((item) => [key(item), item])).values()].toReversed();
}

function sessionOf({ key, kind, label }: SpokenSession, placed: readonly Placed[], order: ReadonlyMap<string, number>): MapSession {
  const at = (id: string): number => order.get(id) ?? 0;
  const speakers = [...new Set(placed.map(({ identity }) => identity))].sort((a, b) => at(a) - at(b));
  const people = [...new Set(placed.map(({ person }) => person.id))].sort((a, b) => at(a) - at(b));
  const messages = placed.reduce((sum, { spoken }) => sum + spoken.messages, 0);
  return { key, label: label?.trim() || key, kind, messages, speakers, people, shared: people.length > 1 };
}

function roomsOf(placed: readonly Placed[]): MapRoom[] {
  const rooms = Map.groupBy(
    placed.filter(({ spoken }) => spoken.chatKind !== "dm"),
    ({ spoken }) => idOf("room", spoken.channel, spoken.chat),
  );
  return [...rooms].map(([id, here]) => ({
    id,
    label: `${here[0]?.spoken.channel}:${here[0]?.spoken.chat}`,
    people: [...new Set(here.map(({ person }) => person.id))].sort(compare),
  }));
}

function edgesOf(identities: readonly MapIdentity[], sessions: readonly MapSession[], placed: readonly Placed[]): MapEdge[] {
  const counts = new Map<string, number>();
  const pair = (identity: string, session: string): string => JSON.stringify([identity, session]);
  const add = (key: string, messages: number): void => void counts.set(key, (counts.get(key) ?? 0) + messages);
  for (const { identity, spoken } of placed) {
    add(identity, spoken.messages);
    add(pair(identity, spoken.sessionKey), spoken.messages);
  }
  const has = identities.map(({ id, personId }): MapEdge => ({ from: personId, to: id, kind: "has", messages: counts.get(id) ?? 0 }));
  const speaks = sessions.flatMap(({ key, speakers }) => speakers.map((from): MapEdge => ({ from, to: key, kind: "speaks", messages: counts.get(pair(from, key)) ?? 0 })));
  return [...has, ...speaks];
}

/** Who somebody is in the map, for every session at once. */
function place(facts: AudienceFacts): Placed[] {
  const owner = ownerName(facts.spoken);
  return facts.spoken.map((spoken) => ({ spoken, person: personOf(spoken, owner), identity: identityId(spoken) }));
}

/** Pure, and always the same map for the same facts: the owner first, then the named, then guests; sessions near who speaks in them. */
export function buildMap(facts: AudienceFacts): AudienceMap {
  const placed = place(facts);
  const people = distinct(placed.map(({ person }) => person), ({ id }) => id).sort(byRoleAndName);
  const rank = new Map(people.map(({ id }, index) => [id, index]));
  const identities = distinct(placed, ({ identity }) => identity)
    .map(({ spoken, person, identity }): MapIdentity => ({ id: identity, personId: person.id, channel: spoken.channel, account: spoken.account, peer: spoken.senderId, label: accountLabel(spoken) }))
    .sort((a, b) => (rank.get(a.personId) ?? 0) - (rank.get(b.personId) ?? 0) || compare(a.channel, b.channel) || compare(plainAccount(a), plainAccount(b)) || compare(a.peer, b.peer));
  const order = new Map([...rank, ...identities.map(({ id }, index) => [id, index] as const)]);
  const bySession = Map.groupBy(placed, ({ spoken }) => spoken.sessionKey);
  const middle = ({ speakers }: MapSession): number => speakers.reduce((sum, id) => sum + (order.get(id) ?? 0), 0) / Math.max(1, speakers.length);
  const sessions = facts.sessions
    .map((session) => sessionOf(session, bySession.get(session.key) ?? [], order))
    .sort((a, b) => middle(a) - middle(b) || b.messages - a.messages || compare(a.key, b.key));
  return { people, identities, sessions, rooms: roomsOf(placed), memory: [], edges: edgesOf(identities, sessions, placed), more: facts.more };
}
