import type { Directory, RouteWhy } from "../domain/route.ts";
import type { ChannelSource, RoutingSource, SessionSource } from "./source.ts";

export type SenderWhy = RouteWhy["sender"];

interface Alias {
  readonly person: string;
  /** The entry of `identityLinks` that says so. */
  readonly link: string;
}

/** Ids by channel; the entry under `*` holds ids that were written without a channel. */
type ByIdentity<T> = ReadonlyMap<string, ReadonlyMap<string, T>>;

const ANY = "*";

function put<T>(map: Map<string, Map<string, T>>, channel: string, peer: string, value: T): void {
  const peers = map.get(channel) ?? new Map<string, T>();
  map.set(channel, peers);
  // The first entry in the file's order wins (spec 2.5).
  if (!peers.has(peer)) peers.set(peer, value);
}

/** `telegram:42` as channel and peer; without a channel it is an id on any. */
function splitIdentity(entry: string): { channel: string; peer: string } {
  const colon = entry.indexOf(":");
  if (colon < 1) return { channel: ANY, peer: entry };
  return { channel: entry.slice(0, colon).trim().toLowerCase(), peer: entry.slice(colon + 1) };
}

/** A name as names are compared (A15). */
export function nameKey(name: string): string {
  return name.trim().normalize("NFC").toLowerCase();
}

/** Whether it is what the owner is called without a name. Who has that for a name goes first. */
export function meansOwner(typed: string): boolean {
  return ["owner", "the owner"].includes(nameKey(typed));
}

/** `John` and `john` are one person, spelled as the file spells it first (A15). */
function spelling(names: Map<string, string>, typed: string): string {
  const key = nameKey(typed);
  const known = names.get(key);
  if (known !== undefined) return known;
  const name = typed.trim().normalize("NFC");
  names.set(key, name);
  return name;
}

/** `"telegram:42:John": "John"` names 42 too: the last part is a label there (spec 2.5, shape B). */
function labelledPeer(peer: string, name: string): string | null {
  const segments = peer.split(":");
  const last = segments.at(-1) ?? "";
  if (segments.length < 2) return null;
  const isLabel = last.toLowerCase() === name.toLowerCase() || !/[@!]/.test(segments[0] ?? "");
  return isLabel ? segments.slice(0, -1).join(":") : null;
}

/** One account that the file links to a person, by whatever account of ours. */
export interface FileIdentity {
  readonly person: string;
  /** `*`: the id was written without a channel and means every one. */
  readonly channel: string;
  readonly peer: string;
  /** The entry of `identityLinks` that says so. */
  readonly link: string;
}

/** Everything that `identityLinks` says, entry by entry in the file's order, both shapes (spec 2.5). */
export function fileIdentities(links: SessionSource["identityLinks"], names: Map<string, string> = new Map()): FileIdentity[] {
  const found: FileIdentity[] = [];
  const add = (entry: string, person: string, link: string): void => {
    const { channel, peer } = splitIdentity(entry);
    if (peer !== "") found.push({ person, channel, peer, link });
  };
  for (const [key, value] of Object.entries(links ?? {})) {
    if (Array.isArray(value)) {
      if (key.trim() === "") continue;
      const person = spelling(names, key);
      for (const entry of value as readonly unknown[]) add(String(entry).trim(), person, `${person}: ${String(entry)}`);
    } else if (typeof value === "string" && value.trim() !== "") {
      const person = spelling(names, value);
      const { channel, peer } = splitIdentity(key);
      const labelled = labelledPeer(peer, value.trim());
      add(key, person, `${key}: ${person}`);
      if (labelled !== null) add(`${channel}:${labelled}`, person, `${key}: ${person}`);
    }
  }
  return found;
}

function compileLinks(links: SessionSource["identityLinks"], names: Map<string, string>): ByIdentity<Alias> {
  const aliases = new Map<string, Map<string, Alias>>();
  for (const { person, channel, peer, link } of fileIdentities(links, names)) put(aliases, channel, peer, { person, link });
  return aliases;
}

function withoutPrefix(channel: string, id: string): string {
  const prefix = `${channel}:`;
  return id.startsWith(prefix) ? id.slice(prefix.length) : id;
}

/** The one concrete id of an account's `allowFrom` is the owner (A1); null where there are others or `*`. */
function soleId(channel: string, allowFrom: readonly (string | number)[] | undefined): string | null {
  const ids = new Set((allowFrom ?? []).map((id) => withoutPrefix(channel, String(id).trim())).filter((id) => id !== ""));
  const [only] = ids;
  return ids.size === 1 && only !== undefined && only !== "*" ? only : null;
}

interface Owned {
  readonly channel: string;
  /** Null: every account that says nothing of its own. */
  readonly account: string | null;
  readonly peer: string;
  readonly by: string;
}

function ownedByAllowFrom(channel: string, source: ChannelSource): Owned[] {
  const owned: Owned[] = [];
  const shared = soleId(channel, source.allowFrom);
  if (shared !== null) owned.push({ channel, account: null, peer: shared, by: `channels.${channel}.allowFrom` });
  for (const [account, settings] of Object.entries(source.accounts ?? {})) {
    const own = soleId(channel, settings?.allowFrom);
    if (own !== null) owned.push({ channel, account, peer: own, by: `channels.${channel}.accounts.${account}.allowFrom` });
  }
  return owned;
}

/**
 * Ids of one channel that each are an account's only guest may be different people: the channel's own list says who is
 * the owner then, and without one nobody is known to be (A1: a second person never lands there by accident).
 */
function withoutRivals(owned: readonly Owned[], who: (owned: Owned) => string): readonly Owned[] {
  const whole = owned.find(({ account }) => account === null);
  if (whole !== undefined) return owned.filter((one) => who(one) === who(whole));
  return new Set(owned.map(who)).size > 1 ? [] : owned;
}

export interface People {
  /** Who a sender is; the same object for the same kind of answer, so that nothing is allocated. */
  whoIs(channel: string, account: string, peer: string, aliases?: readonly string[]): SenderWhy;
  /** One concrete id is the only guest of this account: its owner's last route is kept (spec 5.3). */
  isPinned(channel: string, account: string): boolean;
}

/** Nobody but those whom the file names. */
export const NOBODY: Directory = Object.freeze({ find: () => null, isOwner: () => false });

const STRANGER: SenderWhy = Object.freeze({ isOwner: false, ownerBy: null, person: null, link: null });
export const OPERATOR: SenderWhy = Object.freeze({ isOwner: true, ownerBy: "operator", person: null, link: null });

function find<T>(map: ByIdentity<T>, channel: string, peer: string): T | undefined {
  if (map.size === 0) return undefined;
  const direct = map.get(channel)?.get(peer) ?? map.get(ANY)?.get(peer);
  if (direct !== undefined || !peer.includes(":")) return direct;
  // Some platforms hand in `telegram:42` or `user:42` where the file says `42`.
  const bare = peer.startsWith("user:") ? peer.slice("user:".length) : withoutPrefix(channel, peer);
  return bare === peer ? undefined : (map.get(channel)?.get(bare) ?? map.get(ANY)?.get(bare));
}

/**
 * The file's words on who the owner is and who is linked to whom (A1, A3, spec 2.5). A person is the
 * owner on every linked account as soon as one of them is: one person is never half an owner.
 */
export function compilePeople(source: RoutingSource, directory: Directory = NOBODY): People {
  const names = new Map<string, string>();
  const links = compileLinks(source.session?.identityLinks, names);
  const configured = source.session?.owner ?? [];
  const ownerPersons = new Map<string, string>();
  const listed = new Map<string, Map<string, string>>();
  for (const entry of typeof configured === "string" ? [configured] : configured) {
    const person = names.get(nameKey(entry)) ?? (entry.includes(":") ? undefined : spelling(names, entry));
    if (person !== undefined) ownerPersons.set(person, "session.owner");
    else if (entry.includes(":")) put(listed, splitIdentity(entry.trim()).channel, splitIdentity(entry.trim()).peer, "session.owner");
  }
  for (const [channel, peers] of listed) {
    for (const peer of peers.keys()) adopt(find(links, channel, peer), "session.owner");
  }
  const accounts = new Map<string, Map<string, Owned[]>>();
  const namedPerson = [...ownerPersons.keys()];
  // On these channels `session.owner` says itself which ids are the owner's.
  const namedOn = new Set(listed.keys());
  for (const [channel, peers] of links) for (const { person } of peers.values()) if (ownerPersons.has(person)) namedOn.add(channel);
  for (const [name, channel] of Object.entries(source.channels ?? {})) {
    const all = channel ? ownedByAllowFrom(name.trim().toLowerCase(), channel) : [];
    for (const owned of withoutRivals(all, ({ channel: on, peer }) => find(links, on, peer)?.person ?? `:${peer}`)) {
      const alias = find(links, owned.channel, owned.peer);
      // Where the owner is named, the only guest of an account does not become one.
      if (alias ? namedPerson.length > 0 && !namedPerson.includes(alias.person) : namedOn.has(owned.channel)) continue;
      adopt(alias, owned.by);
      const byPeer = accounts.get(owned.channel) ?? new Map<string, Owned[]>();
      byPeer.set(owned.peer, [...(byPeer.get(owned.peer) ?? []), owned]);
      accounts.set(owned.channel, byPeer);
    }
  }
  function adopt(alias: Alias | undefined, by: string): void {
    if (alias && !ownerPersons.has(alias.person)) ownerPersons.set(alias.person, by);
  }
  return peopleFrom({ links, listed, accounts, ownerPersons, source, names, directory });
}

interface Compiled {
  readonly links: ByIdentity<Alias>;
  readonly listed: ByIdentity<string>;
  readonly accounts: ByIdentity<readonly Owned[]>;
  readonly ownerPersons: ReadonlyMap<string, string>;
  readonly source: RoutingSource;
  readonly names: ReadonlyMap<string, string>;
  readonly directory: Directory;
}

/** What the directory knows, in the file's spelling of the name and with the file's word on who the owner is. */
function knownPerson({ names, ownerPersons, directory }: Compiled, channel: string, account: string, peer: string): SenderWhy | null {
  const known = directory.find(channel, account, peer);
  if (known === null || known.person === null || names.size === 0) return known;
  const person = names.get(nameKey(known.person)) ?? known.person;
  const ownerBy = known.ownerBy ?? ownerPersons.get(person) ?? null;
  if (person === known.person && ownerBy === known.ownerBy) return known;
  return { ...known, person, isOwner: ownerBy !== null, ownerBy };
}

/** What the file says of an account, ready to be told. */
interface Linked {
  readonly who: SenderWhy;
  readonly key: string;
}

function linkedBy({ person, link }: Alias, ownerPersons: ReadonlyMap<string, string>): Linked {
  const ownerBy = ownerPersons.get(person) ?? null;
  return { who: Object.freeze({ isOwner: ownerBy !== null, ownerBy, person, link }), key: nameKey(person) };
}

const NO_ALIASES: readonly string[] = Object.freeze([]);

function firstOf<T>(ids: readonly string[], look: (id: string) => T | undefined): T | undefined {
  for (const id of ids) {
    const found = look(id);
    if (found !== undefined) return found;
  }
  return undefined;
}

function peopleFrom(compiled: Compiled): People {
  const { links, listed, accounts, ownerPersons, source, directory } = compiled;
  const linked = new Map<string, ReadonlyMap<string, Linked>>();
  for (const [channel, peers] of links) linked.set(channel, new Map([...peers].map(([peer, alias]) => [peer, linkedBy(alias, ownerPersons)])));
  const owners = new Map<string, SenderWhy>();
  const ownerBy = (by: string): SenderWhy => {
    const known = owners.get(by) ?? Object.freeze({ isOwner: true, ownerBy: by, person: null, link: null });
    owners.set(by, known);
    return known;
  };
  for (const peers of listed.values()) for (const by of peers.values()) ownerBy(by);
  /** An account that has an `allowFrom` of its own does not look at the channel's (spec 1.5). */
  const applies = (owned: Owned, account: string): boolean =>
    owned.account === account || (owned.account === null && source.channels?.[owned.channel]?.accounts?.[account]?.allowFrom === undefined);

  /** A person of the file whom the people table calls an owner is one. */
  const ofLink = ({ who, key }: Linked): SenderWhy => (who.isOwner || !directory.isOwner(key) ? who : { ...who, isOwner: true, ownerBy: "people" });
  const byFile = (channel: string, account: string, peer: string): string | undefined =>
    find(listed, channel, peer) ?? find(accounts, channel, peer)?.find((owned) => applies(owned, account))?.by;

  const whoIs = (channel: string, account: string, peer: string, aliases: readonly string[]): SenderWhy => {
    if (peer === "") return STRANGER;
    // The file may name the account by its other id (a phone number where the platform says a LID), and it wins.
    const alias = find(linked, channel, peer) ?? firstOf(aliases, (id) => find(linked, channel, id));
    if (alias) return ofLink(alias);
    const by = byFile(channel, account, peer) ?? firstOf(aliases, (id) => byFile(channel, account, id));
    const known = knownPerson(compiled, channel, account, peer) ?? firstOf(aliases, (id) => knownPerson(compiled, channel, account, id) ?? undefined) ?? null;
    if (known !== null) return by === undefined || known.isOwner ? known : { ...known, isOwner: true, ownerBy: by };
    return by === undefined ? STRANGER : ownerBy(by);
  };
  return {
    whoIs: (channel, account, peer, aliases = NO_ALIASES) => whoIs(channel, account, peer, aliases),
    isPinned: (channel, account) => [...(accounts.get(channel)?.values() ?? [])].some((owned) => owned.some((one) => applies(one, account))),
  };
}
