/**
 * Who may read whose words, written down from the specification and not from the code: links in force, scope in force,
 * rooms. Two spots are one home exactly when what is said at the one may be read at the other.
 */
import type { DmScope } from "../../../src/domain/route.ts";
import { IDENTITIES, isFiled, isRootOwner, type Identity, type Spot } from "./world.ts";

interface Person {
  readonly name: string | null;
  readonly owner: boolean;
  readonly filed: boolean;
}

/** `rooms`: they are in the main session too. `all`: there is one session alone. */
export type Sharing = "none" | "rooms" | "all";

/** One state of who is who and what is set; a change makes another one. */
export interface State {
  readonly persons: ReadonlyMap<number, Person>;
  /** The person of each identity, by its number. */
  readonly linked: ReadonlyMap<number, number>;
  readonly scope: DmScope;
  readonly channelScopes: ReadonlyMap<string, DmScope>;
  readonly sharing: Sharing;
}

const ANN = 0;

export function firstState(): State {
  const linked = new Map(IDENTITIES.flatMap((one, index) => (isFiled(one) ? [[index, ANN] as const] : [])));
  return { persons: new Map([[ANN, { name: "Ann", owner: false, filed: true }]]), linked, scope: "auto", channelScopes: new Map(), sharing: "none" };
}

function identityAt(index: number): Identity {
  return IDENTITIES[index] as Identity;
}

export function personOf(state: State, index: number): (Person & { readonly id: number }) | null {
  const id = state.linked.get(index);
  const person = id === undefined ? undefined : state.persons.get(id);
  return person === undefined || id === undefined ? null : { ...person, id };
}

export function isOwner(state: State, index: number): boolean {
  return isRootOwner(identityAt(index)) || personOf(state, index)?.owner === true;
}

export function areOne(state: State, a: number, b: number): boolean {
  return state.linked.has(a) && state.linked.get(a) === state.linked.get(b);
}

export function scopeAt(state: State, channel: string): DmScope {
  return state.channelScopes.get(channel) ?? state.scope;
}

/** Spec A1 to A4, 2.4 and 2.7. */
export function homeOf(state: State, { identity, room, thread }: Spot): string {
  const { channel, account, peer } = identityAt(identity);
  if (state.sharing === "all") return JSON.stringify(["global"]);
  if (room !== null && state.sharing === "rooms") return JSON.stringify(["main"]);
  if (room !== null) return JSON.stringify(["room", channel, account, room, thread]);
  const inThread = thread === null ? [] : ["thread", channel, account, peer, thread];
  const scope = scopeAt(state, channel);
  if (scope === "main" || (scope === "auto" && isOwner(state, identity))) return JSON.stringify(["main", ...inThread]);
  const person = state.linked.get(identity);
  if (person !== undefined) return JSON.stringify(["person", person, ...inThread]);
  if (scope === "per-peer") return JSON.stringify(["peer", peer, ...inThread]);
  if (scope === "per-account-channel-peer") return JSON.stringify(["account", channel, account, peer, ...inThread]);
  return JSON.stringify(["channel", channel, peer, ...inThread]);
}

function withPeople(state: State, persons: ReadonlyMap<number, Person>, linked: ReadonlyMap<number, number>): State {
  return { ...state, persons, linked };
}

function freshId(state: State, id: number): number {
  return state.persons.has(id) ? freshId(state, id + 1) : id;
}

/** Both have agreed in their chats: they are one person from now on, and the owner if one of the two is. */
export function agreed(state: State, issuer: number, redeemer: number): State {
  if (areOne(state, issuer, redeemer)) return state;
  const [a, b] = [personOf(state, issuer), personOf(state, redeemer)];
  const owner = isOwner(state, issuer) || isOwner(state, redeemer);
  const stays = b !== null && (a === null || b.filed) ? b : a;
  const goes = a !== null && b !== null ? (stays === a ? b : a) : null;
  const persons = new Map(state.persons);
  const linked = new Map(state.linked);
  const id = stays?.id ?? freshId(state, state.persons.size);
  persons.set(id, { name: stays?.name ?? null, filed: stays?.filed ?? false, owner: owner || stays?.owner === true || goes?.owner === true });
  if (goes !== null) persons.delete(goes.id);
  for (const [identity, person] of state.linked) if (person === goes?.id) linked.set(identity, id);
  return withPeople(state, persons, linked.set(issuer, id).set(redeemer, id));
}

/** The operator says whose an identity is. */
export function given(state: State, identity: number, name: string): State {
  const known = [...state.persons].find(([, person]) => person.name === name);
  const id = known?.[0] ?? freshId(state, state.persons.size);
  const persons = new Map(state.persons).set(id, known?.[1] ?? { name, owner: false, filed: false });
  return withPeople(state, persons, new Map(state.linked).set(identity, id));
}

/** An identity that the table links leaves its person. */
export function left(state: State, identity: number): State {
  const linked = new Map(state.linked);
  linked.delete(identity);
  return withPeople(state, state.persons, linked);
}

export function scoped(state: State, channel: string | null, scope: DmScope): State {
  return channel === null ? { ...state, scope } : { ...state, channelScopes: new Map(state.channelScopes).set(channel, scope) };
}

export function sharedBy(state: State, sharing: Sharing): State {
  return { ...state, sharing };
}
