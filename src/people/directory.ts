import { setImmediate as nextTurn } from "node:timers/promises";
import type { Directory } from "../domain/route.ts";
import type { Statement } from "../store/statement.ts";
import { pageApprovals } from "../store/statements/page-approvals.ts";
import { pageIdentities } from "../store/statements/page-identities.ts";
import { pagePeerAliases } from "../store/statements/page-peer-aliases.ts";
import { pagePeople } from "../store/statements/page-people.ts";
import type { Executor } from "../store/store.ts";
import type { IdentityRow, PersonRow } from "../store/tables.ts";
import { createPeerAliases } from "./aliases.ts";
import type { PeopleChange, Side } from "./change.ts";
import { createIdentityMap, senderWhy, type SenderWhy } from "./identity.ts";
import type { Approvals, KnownPeople, PeerAliases } from "./known.ts";

/** Everything that the people tables know, in memory: what each message asks costs a few look-ups and no query. */
export interface PeopleDirectory extends Directory, KnownPeople, PeerAliases, Approvals {
  /** Follows a change that was written (`after`) or taken back (`before`); afterwards it answers as if loaded anew. */
  apply(change: PeopleChange, side: Side): void;
  /** Answers from now on as another one does: what this process remembered was out of date. */
  become(other: PeopleDirectory): void;
}

interface Entry {
  readonly row: Readonly<IdentityRow>;
  /** Null as long as its person is not known. */
  who: SenderWhy | null;
}

interface People extends Directory, KnownPeople {
  apply(change: PeopleChange, side: Side): void;
}

/** Persons and identities, found from either end; what routing is told of each is made when it changes. */
function createPeople(): People {
  const persons = new Map<string, Readonly<PersonRow>>();
  const names = new Map<string, Readonly<PersonRow>>();
  const identities = createIdentityMap<Entry>();
  const entriesOf = new Map<string, Set<Entry>>();
  // What routing asks for with each message, at hand without a step more.
  const whos = createIdentityMap<SenderWhy>();
  const tell = (entry: Entry, who: SenderWhy): void => {
    entry.who = who;
    whos.set(entry.row, who);
  };

  const dropPerson = (id: string): void => {
    const known = persons.get(id);
    persons.delete(id);
    if (known && names.get(known.name_key)?.id === id) names.delete(known.name_key);
    for (const entry of entriesOf.get(id) ?? []) entry.who = null;
  };
  const putPerson = (row: Readonly<PersonRow>): void => {
    const frozen = Object.freeze({ ...row });
    persons.set(row.id, frozen);
    names.set(row.name_key, frozen);
    for (const entry of entriesOf.get(row.id) ?? []) tell(entry, senderWhy(entry.row, frozen));
  };
  const dropIdentity = (ref: Readonly<Pick<IdentityRow, "channel" | "account" | "peer">>): void => {
    const entry = identities.get(ref.channel, ref.account, ref.peer);
    if (entry === undefined) return;
    identities.delete(ref);
    whos.delete(ref);
    const siblings = entriesOf.get(entry.row.person_id);
    siblings?.delete(entry);
    if (siblings?.size === 0) entriesOf.delete(entry.row.person_id);
  };
  const putIdentity = (row: Readonly<IdentityRow>): void => {
    const person = persons.get(row.person_id);
    const entry: Entry = { row: Object.freeze({ ...row }), who: null };
    if (person) tell(entry, senderWhy(row, person));
    const siblings = entriesOf.get(row.person_id) ?? new Set<Entry>();
    entriesOf.set(row.person_id, siblings.add(entry));
    identities.set(row, entry);
  };
  return {
    find: (channel, account, peer) => whos.get(channel, account, peer) ?? null,
    isOwner: (nameKey) => names.get(nameKey)?.role === "owner",
    person: (id) => persons.get(id) ?? null,
    named: (nameKey) => names.get(nameKey) ?? null,
    persons: () => persons.values(),
    personOf: (channel, account, peer) => persons.get(identities.get(channel, account, peer)?.row.person_id ?? "") ?? null,
    identitiesOf: (nameKey) => [...(entriesOf.get(names.get(nameKey)?.id ?? "") ?? [])].map(({ row }) => row),
    apply(change, side) {
      for (const { ref } of change.identities) dropIdentity(ref);
      for (const { id } of change.persons) dropPerson(id);
      for (const person of change.persons) if (person[side]) putPerson(person[side]);
      for (const identity of change.identities) if (identity[side]) putIdentity(identity[side]);
    },
  };
}

function createApprovals(): Approvals {
  const approved = createIdentityMap<true>();
  return {
    isApproved: (channel, account, senderId) => approved.get(channel, account, senderId) === true,
    approve: (channel, account, peer) => approved.set({ channel, account, peer }, true),
    revoke: (channel, account, peer) => approved.delete({ channel, account, peer }),
  };
}

type Answers = Omit<PeopleDirectory, "become">;

/** A directory of nobody. */
export function createDirectory(): PeopleDirectory {
  let inner: Answers = { ...createPeople(), ...createPeerAliases(), ...createApprovals() };
  // Whoever holds one of these functions holds on to the directory, and not to what it answered from at the time.
  return {
    find: (channel, account, peer) => inner.find(channel, account, peer),
    isOwner: (key) => inner.isOwner(key),
    person: (id) => inner.person(id),
    named: (key) => inner.named(key),
    personOf: (channel, account, peer) => inner.personOf(channel, account, peer),
    identitiesOf: (key) => inner.identitiesOf(key),
    persons: () => inner.persons(),
    canonicalPeer: (channel, id) => inner.canonicalPeer(channel, id),
    aliasesOf: (channel, peer) => inner.aliasesOf(channel, peer),
    learnAlias: (channel, alias, peer) => inner.learnAlias(channel, alias, peer),
    isApproved: (channel, account, senderId) => inner.isApproved(channel, account, senderId),
    approve: (channel, account, senderId) => inner.approve(channel, account, senderId),
    revoke: (channel, account, senderId) => inner.revoke(channel, account, senderId),
    apply: (change, side) => inner.apply(change, side),
    become: (other) => void (inner = other),
  };
}

/** Small enough that building one page is not noticed by anybody who waits for the event loop. */
const PAGE = 250;

/** Walks a table in the order of its key and lets others run between two pages. */
async function eachPage<P, Row>(
  store: Executor,
  statement: Statement<P & { limit: number }, Row>,
  first: P,
  keyOf: (row: Row) => P,
  take: (rows: readonly Row[]) => void,
): Promise<void> {
  for (let from = first; ; ) {
    const rows = await store.all(statement, { ...from, limit: PAGE });
    take(rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    from = keyOf(last);
    await nextTurn();
  }
}

/** Reads the people tables as they are now, a page at a time. Errors: those of the store. */
export async function loadDirectory(store: Executor): Promise<PeopleDirectory> {
  const directory = createDirectory();
  const { apply, approve, learnAlias } = directory;
  await eachPage(store, pagePeople, { after: "" }, ({ id }) => ({ after: id }), (rows) =>
    apply({ persons: rows.map((after) => ({ id: after.id, before: null, after })), identities: [] }, "after"));
  await nextTurn();
  await eachPage(store, pageIdentities, { channel: "", account: "", peer: "" }, ({ channel, account, peer }) => ({ channel, account, peer }), (rows) =>
    apply({ persons: [], identities: rows.map((after) => ({ ref: after, before: null, after })) }, "after"));
  await nextTurn();
  await eachPage(store, pagePeerAliases, { channel: "", alias: "" }, ({ channel, alias }) => ({ channel, alias }), (rows) => {
    for (const { channel, alias, peer } of rows) learnAlias(channel, alias, peer);
  });
  await nextTurn();
  await eachPage(
    store,
    pageApprovals,
    { channel: "", account: "", sender_id: "", surface: "" },
    ({ channel, account, sender_id, surface }) => ({ channel, account, sender_id, surface }),
    (rows) => {
      for (const { channel, account, sender_id, surface } of rows) if (surface === "dm") approve(channel, account, sender_id);
    },
  );
  return directory;
}
