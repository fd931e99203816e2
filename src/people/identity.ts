import type { RouteWhy } from "../domain/route.ts";
import type { IdentityRow, PersonRow } from "../store/tables.ts";

export type SenderWhy = RouteWhy["sender"];

/** One account of somebody on a channel; `peer` is the platform's id, compared exactly (A2). */
export interface IdentityRef {
  readonly channel: string;
  readonly account: string;
  readonly peer: string;
}

export type Role = "owner" | "member" | "guest";

/** How a link came about. */
export type ProvedBy = "pairing" | "code" | "operator";

/** An identity in words: `telegram/default/42`. */
export function identityWords({ channel, account, peer }: IdentityRef): string {
  return `${channel}/${account}/${peer}`;
}

export function sameIdentity(a: IdentityRef, b: IdentityRef): boolean {
  return a.channel === b.channel && a.account === b.account && a.peer === b.peer;
}

/** An identity as one text that no other identity has, whatever stands in its parts. */
export function identityKey({ channel, account, peer }: IdentityRef): string {
  return JSON.stringify([channel, account, peer]);
}

/** What routing is told of an identity: made once and frozen, so that a message allocates nothing. */
export function senderWhy(identity: Readonly<IdentityRow>, person: Readonly<PersonRow>): SenderWhy {
  const isOwner = person.role === "owner";
  return Object.freeze({
    isOwner,
    ownerBy: isOwner ? "people" : null,
    person: person.name,
    link: `people: ${identityWords(identity)} (${identity.proved_by})`,
  });
}

/** Something for each identity. Three look-ups and no text put together: ids are never parts of a longer key. */
export interface IdentityMap<T> {
  get(channel: string, account: string, peer: string): T | undefined;
  set(ref: IdentityRef, value: T): void;
  delete(ref: IdentityRef): void;
}

export function createIdentityMap<T>(): IdentityMap<T> {
  const channels = new Map<string, Map<string, Map<string, T>>>();
  return {
    get: (channel, account, peer) => channels.get(channel)?.get(account)?.get(peer),
    set({ channel, account, peer }, value) {
      const accounts = channels.get(channel) ?? new Map<string, Map<string, T>>();
      const peers = accounts.get(account) ?? new Map<string, T>();
      channels.set(channel, accounts);
      accounts.set(account, peers);
      peers.set(peer, value);
    },
    delete({ channel, account, peer }) {
      channels.get(channel)?.get(account)?.delete(peer);
    },
  };
}
