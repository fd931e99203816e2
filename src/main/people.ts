import { accountsOf } from "../config/index.ts";
import { isOperatorChannel } from "../domain/address.ts";
import { directMessage } from "../domain/message.ts";
import type { ReplyRoute, RouteWhy } from "../domain/route.ts";
import type { Turn } from "../domain/turn.ts";
import { namedSenders } from "../audit/channel-scope.ts";
import type { PeopleDirectory } from "../people/index.ts";
import type { PeopleDesk, RightsDesk } from "../operations/index.ts";
import type { SubjectAccount, WhoIsWho } from "../rights/index.ts";
import { explainRoute } from "../routing/explain.ts";
import { fileIdentities, nameKey } from "../routing/people.ts";
import type { Say } from "../texts/index.ts";
import { findDirectChat } from "../store/statements/find-direct-chat.ts";
import { findItemBefore } from "../store/statements/find-item-before.ts";
import { findSession } from "../store/statements/find-session.ts";
import type { Docking } from "../turns/commands/asked.ts";
import { createDoorway } from "./doorway.ts";
import { filePeople } from "./file-people.ts";
import { tellIn, type PeopleParts } from "./people-parts.ts";
import type { LinePeople } from "./line.ts";
import type { CompiledSettings } from "./settings.ts";

/** Who is who, for whoever needs all of somebody's accounts. */
export function createWhoIsWho(directory: PeopleDirectory, current: () => CompiledSettings): WhoIsWho {
  return {
    directory,
    file: () => fileIdentities(current().who.source.session?.identityLinks),
    isOwner: (key) => isOwner(current(), directory, key),
    owned: () => ownedBy(current()),
    whoIs: (channel, account, peer) => current().who.whoIs(channel, account, peer),
  };
}

/** Who is who, for the operations that show and change it. */
export function createPeopleDesk(directory: PeopleDirectory, current: () => CompiledSettings, rights: RightsDesk): PeopleDesk {
  return {
    ...createWhoIsWho(directory, current),
    whoIs: (channel, account, peer) => current().who.whoIs(channel, account, peer),
    rights,
    directory,
    filePeople: () => filePeople(current()),
    spell: (name) => fileIdentities(current().who.source.session?.identityLinks).find(({ person }) => nameKey(person) === nameKey(name))?.person ?? directory.named(nameKey(name))?.name ?? null,
    defaultAccount: (channel) => current().config.channels[channel]?.defaultAccount ?? "default",
  };
}

/** A person is the owner as soon as one of their accounts is (A1). */
function isOwner(settings: CompiledSettings, directory: PeopleDirectory, key: string): boolean {
  if (directory.isOwner(key)) return true;
  const { identityLinks, owner } = settings.who.source.session ?? {};
  const named = typeof owner === "string" ? [owner] : (owner ?? []);
  if (named.some((entry) => nameKey(entry) === key)) return true;
  const links = fileIdentities(identityLinks).filter(({ person }) => nameKey(person) === key);
  const stored = directory.identitiesOf(key).some(({ channel, account, peer }) => settings.who.whoIs(channel, account, peer).isOwner);
  return stored || links.some(({ channel, peer }) => channel !== "*" && settings.who.whoIs(channel, "default", peer).isOwner);
}

/** What the file gives the owner by an id alone. */
function ownedBy({ config, who }: CompiledSettings): SubjectAccount[] {
  const { owner } = who.source.session ?? {};
  const listed = fileIdentities({ owner: typeof owner === "string" ? [owner] : [...(owner ?? [])] }).filter(({ channel }) => channel !== "*");
  const named = Object.keys(config.channels).flatMap((channel) => accountsOf(config, channel).flatMap((account) => namedSenders(config, channel, account).map((peer) => ({ channel, account, peer }))));
  const theirs = [...listed.map(({ channel, peer }) => ({ channel, account: null, peer })), ...named].filter(({ channel, account, peer }) => {
    const { isOwner: isTheirs, person } = who.whoIs(channel, account ?? "default", peer);
    return isTheirs && person === null;
  });
  return theirs.filter((one) => one.account === null || !theirs.some((other) => other.account === null && other.channel === one.channel && other.peer === one.peer));
}

/** Every account that the configuration and the people table know on a channel, for whoever looks for one of them. */
function accountsOn({ config }: CompiledSettings, directory: PeopleDirectory, who: RouteWhy["sender"], channel: string) {
  const named = accountsOf(config, channel).flatMap((account) => namedSenders(config, channel, account).map((peer) => ({ channel, account, peer })));
  const persons = who.person === null ? [...directory.persons()].filter(({ role }) => who.isOwner && role === "owner") : [{ name_key: nameKey(who.person) }];
  const stored = persons.flatMap((person) => directory.identitiesOf(person.name_key)).filter((identity) => identity.channel === channel);
  return [...stored, ...named];
}

/** A chat on another channel that the same person reads, and nobody else (spec 5.4). */
async function linkedChat({ store, settings, directory }: PeopleParts, turn: Turn, channel: string): Promise<Docking | null> {
  const [item] = turn.items;
  if (!item) return null;
  const current = settings.current();
  const { address, sender } = item.message;
  const who = current.route(item.message).why.sender;
  for (const { account, peer } of accountsOn(current, directory, who, channel)) {
    const isSame = channel === address.channel && account === address.account && peer === sender.id;
    if (isSame || current.who.audience(directMessage({ channel, account, senderId: peer })) !== item.audience) continue;
    const known = await store.get(findDirectChat, { channel, account, sender_id: peer });
    return { address: { channel, account, chat: known?.chat ?? peer, thread: null }, peer };
  }
  return null;
}

/** `/why`: the message before this one, as it was explained when it came. */
async function explainLast({ store }: PeopleParts, turn: Turn, say: Say): Promise<string | null> {
  const [item] = turn.items;
  if (!item) return null;
  const { channel, account, chat } = item.message.address;
  const before = await store.get(findItemBefore, { channel, account, chat, sender_id: item.message.sender.id, before: item.seq });
  const row = before ?? { why: null, session_key: turn.sessionKey };
  if (row.why === null) return null;
  const { chatKind, sender, address } = item.message;
  const facts = { channel, account, chatKind, senderId: sender.id, thread: address.thread, to: "you" as const, sessionKey: row.session_key };
  return explainRoute(JSON.parse(row.why) as RouteWhy, facts, say).map((line) => `- ${line}`).join("\n");
}

/** Where the owner wrote last, if that is a chat that only they read. */
async function ownerRoute({ store, settings }: PeopleParts, agentId: string): Promise<ReplyRoute | null> {
  const current = settings.current();
  const row = await store.get(findSession, { key: current.who.mainKey(agentId) });
  if (!row || row.last_route === null) return null;
  const address = JSON.parse(row.last_route) as ReplyRoute["address"];
  if (isOperatorChannel(address.channel)) return null;
  const owned = accountsOn(current, settings.directory, { isOwner: true, ownerBy: null, person: null, link: null }, address.channel);
  for (const { account, peer } of owned) {
    if (account !== address.account || current.who.audience(directMessage({ channel: address.channel, account, senderId: peer })) !== "owner") continue;
    const chat = (await store.get(findDirectChat, { channel: address.channel, account, sender_id: peer }))?.chat ?? peer;
    return { address: { ...address, chat, thread: null }, audience: "owner", peer, replyTo: null };
  }
  return null;
}

/** What the line asks of the people room. */
export function createLinePeople(parts: PeopleParts): LinePeople {
  return {
    doorway: createDoorway(parts),
    filePeople: () => filePeople(parts.settings.current()),
    linkedChat: (turn, channel) => linkedChat(parts, turn, channel),
    explainLast: (turn, say) => explainLast(parts, turn, say),
    ownerRoute: (agentId) => ownerRoute(parts, agentId),
    onAgreement: parts.onAgreement,
    tell: tellIn(parts.tell),
  };
}
