/** For the tests of this room: a real store, ids and chance that repeat themselves, and somebody's identity in few words. */
import { nameKey } from "../routing/people.ts";
import { listAgreedAgreements } from "../store/statements/list-agreed-agreements.ts";
import { pageIdentities } from "../store/statements/page-identities.ts";
import { pagePeople } from "../store/statements/page-people.ts";
import type { Executor, Store } from "../store/store.ts";
import { writePeople, type PeopleChange, type Side } from "./change.ts";
import type { Random } from "./code.ts";
import type { Drafting, FilePeople } from "./drafting.ts";
import type { IdentityRef } from "./identity.ts";
import type { Party } from "./party.ts";

export const HOUR = 60 * 60_000;
export const NOON = 1_800_000_000_000;

/** The same figures for the same seed. */
export function chance(seed = 1): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function counted(): Drafting["ids"] {
  let last = 0;
  return { next: () => `id${String(++last).padStart(6, "0")}` };
}

/** `telegram:42` or `telegram/work:42`. */
export function identity(text: string): IdentityRef {
  const colon = text.indexOf(":");
  const [channel = "", account = "default"] = text.slice(0, colon).split("/");
  return { channel, account, peer: text.slice(colon + 1) };
}

/** What a file says that links these identities to these names. */
export function fileOf(links: Readonly<Record<string, string>> = {}, owner: string | null = null): FilePeople {
  return {
    personOf: (channel, account, peer) => links[`${channel}/${account}:${peer}`] ?? links[`${channel}:${peer}`] ?? null,
    names: new Set([...Object.values(links), ...(owner === null ? [] : [owner])].map(nameKey)),
    owner,
  };
}

export function drafting(store: Executor, file: FilePeople = fileOf(), ids = counted()): Drafting {
  return { store, ids, now: NOON, file };
}

export function write(store: Store, change: PeopleChange, side: Side = "after"): Promise<void> {
  return store.transaction((tx) => writePeople(tx, change, side));
}

/** Both tables, as they are. */
export async function rows(store: Executor) {
  const people = await store.all(pagePeople, { after: "", limit: 10_000 });
  const identities = await store.all(pageIdentities, { channel: "", account: "", peer: "", limit: 10_000 });
  return { people: people.map((row) => ({ ...row })), identities: identities.map((row) => ({ ...row })) };
}

/** `Ann (member): slack/default/U1, telegram/default/42`, one line a person. */
export async function census(store: Executor): Promise<string[]> {
  const { people, identities } = await rows(store);
  return people
    .map(({ id, name, role }) => {
      const theirs = identities.filter(({ person_id }) => person_id === id).map(({ channel, account, peer }) => `${channel}/${account}/${peer}`);
      return `${name} (${role}): ${theirs.join(", ") || "nobody"}`;
    })
    .toSorted();
}

export function party(text: string, displayName: string | null = null): Party {
  const ref = identity(text);
  const address = { channel: ref.channel, account: ref.account, chat: ref.peer, thread: null };
  return { ...ref, displayName, address, audience: `peer:${ref.channel}:${ref.account}:${ref.peer}`, chatKind: "dm" };
}

export async function agreedCount(store: Executor): Promise<number> {
  return (await store.all(listAgreedAgreements, {})).length;
}
