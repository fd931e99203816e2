import { accountsOf, enabledChannels, type Config } from "../config/index.ts";
import { accountPolicy } from "../domain/access.ts";
import { directMessage, type InboundMessage } from "../domain/message.ts";
import type { PeopleChange, PeopleDirectory } from "../people/index.ts";
import type { RoutingSource } from "../routing/index.ts";
import { fileIdentities, nameKey } from "../routing/people.ts";
import type { Probe } from "../sessions/repartition/index.ts";
import type { Store } from "../store/store.ts";
import { findDirectChat } from "../store/statements/find-direct-chat.ts";
import { listApprovals } from "../store/statements/list-approvals.ts";

const STRANGER = "continuo-stranger";
const ROOM = "continuo-room";

interface Account {
  readonly channel: string;
  readonly account: string;
}

export interface ProbeFacts {
  readonly store: Store;
  readonly directory: PeopleDirectory;
  readonly config: Config;
  /** What routing would go by. */
  readonly source: RoutingSource;
}

function accounts(config: Config): Account[] {
  return enabledChannels(config).flatMap((channel) => accountsOf(config, channel).map((account) => ({ channel, account })));
}

function placeOf({ channel, account }: Account): string {
  return account === "default" ? channel : `${channel} (${account})`;
}

function person(at: Account, senderId: string): Probe {
  return { message: directMessage({ ...at, senderId }), words: `${placeOf(at)} ${senderId}` };
}

function room(at: Account, chat: string, words: string): Probe {
  const message: InboundMessage = { ...directMessage({ ...at, senderId: STRANGER }), address: { ...at, chat, thread: null }, chatKind: "group" };
  return { message, words };
}

function withoutChannel(channel: string, id: string): string {
  return id.toLowerCase().startsWith(`${channel}:`) ? id.slice(channel.length + 1) : id;
}

/** Whom the door of an account lets in: by name, or anybody; and the rooms that it listens to. */
function admitted(config: Config, at: Account): Probe[] {
  const { dmPolicy, allowFrom, enabled, groupPolicy, groups } = accountPolicy(at.channel, config.channels[at.channel], at.account);
  if (!enabled) return [];
  const named = allowFrom.filter((id) => id !== "*" && id !== "").map((id) => person(at, withoutChannel(at.channel, id)));
  const anybody = dmPolicy === "open" || allowFrom.includes("*") ? [{ message: directMessage({ ...at, senderId: STRANGER }), words: `anybody who writes on ${placeOf(at)}` }] : [];
  const rooms = [...groups.keys()].filter((id) => id !== "*").map((id) => room(at, id, `the room ${placeOf(at)} ${id}`));
  const others = [room(at, ROOM, `any room on ${placeOf(at)}`)];
  return [...(dmPolicy === "disabled" ? [] : [...named, ...anybody]), ...(groupPolicy === "disabled" ? [] : [...rooms, ...others])];
}

/** Whom the file names: linked accounts, and the owner's. An id without a channel, or without an account of ours, is one on each. */
function filed({ config, source }: ProbeFacts): Probe[] {
  const { identityLinks, owner } = source.session ?? {};
  const owners = (typeof owner === "string" ? [owner] : (owner ?? [])).flatMap((entry) => {
    const colon = entry.indexOf(":");
    return colon < 1 ? [] : [{ channel: entry.slice(0, colon).toLowerCase(), peer: entry.slice(colon + 1) }];
  });
  const named = [...fileIdentities(identityLinks), ...owners];
  return accounts(config).flatMap((at) => named.flatMap(({ channel, peer }) => (channel === at.channel || channel === "*" ? [person(at, peer)] : [])));
}

/** More than anybody lets in by hand. */
const MOST_APPROVED = 100_000;

/** Everybody who may write and has not yet, as far as anything says so: what they would read who write tomorrow. */
export async function probesOfChange(facts: ProbeFacts): Promise<Probe[]> {
  const { store, directory, config } = facts;
  const approved = await store.all(listApprovals, { limit: MOST_APPROVED });
  const known = [...directory.persons()].flatMap(({ name_key: key }) => directory.identitiesOf(key));
  return unheard(store, [
    ...accounts(config).flatMap((at) => admitted(config, at)),
    ...filed(facts),
    ...approved.map(({ channel, account, sender_id: senderId }) => person({ channel, account }, senderId)),
    ...known.map(({ channel, account, peer }) => person({ channel, account }, peer)),
  ]);
}

/** The accounts that a change of who is who is about: those that it names, and all others of its persons. */
export function concernedBy({ directory, config, source }: Omit<ProbeFacts, "store">, change: PeopleChange): (Account & { readonly peer: string })[] {
  const names = new Set(change.persons.flatMap(({ before, after }) => [before?.name_key, after?.name_key]).filter((name) => name !== undefined));
  // Whose account changes hands, with all that were theirs and will be.
  const holders = change.identities.flatMap(({ before, after }) => [before, after].flatMap((row) => (row === null ? [] : [row.person_id])));
  for (const id of holders) {
    const key = directory.person(id)?.name_key;
    if (key !== undefined) names.add(key);
  }
  const inFile = fileIdentities(source.session?.identityLinks).filter(({ person: name }) => names.has(nameKey(name)));
  return [
    ...change.identities.map(({ ref }) => ref),
    ...[...names].flatMap((name) => directory.identitiesOf(name)),
    ...accounts(config).flatMap((at) => inFile.flatMap(({ channel, peer }) => (channel === at.channel || channel === "*" ? [{ ...at, peer }] : []))),
  ].map(({ channel, account, peer }) => ({ channel, account, peer }));
}

/** The same for a change of who is who: whoever is, or becomes, somebody's account reads there, though they have not spoken yet. */
export function probesOfPeople(store: Store, concerned: readonly (Account & { readonly peer: string })[]): Promise<Probe[]> {
  return unheard(store, concerned.map(({ peer, ...at }) => person(at, peer)));
}

/** Those who have spoken are judged by what they said and read, not by what they might; each is asked about once. */
async function unheard(store: Store, probes: readonly Probe[]): Promise<Probe[]> {
  const once = new Map(probes.map((probe) => [JSON.stringify([probe.message.address, probe.message.sender.id]), probe]));
  const silent: Probe[] = [];
  for (const probe of once.values()) {
    const { address, sender, chatKind } = probe.message;
    const heard = chatKind === "dm" ? await store.get(findDirectChat, { channel: address.channel, account: address.account, sender_id: sender.id }) : undefined;
    if (heard === undefined) silent.push(probe);
  }
  return silent;
}
