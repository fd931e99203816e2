import { isOperatorChannel, OPERATOR_CHANNELS } from "../domain/address.ts";
import { meansOwner, nameKey } from "../routing/people.ts";
import type { ParticipantRow } from "../store/tables.ts";
import { listSenderParticipants } from "../store/statements/list-sender-participants.ts";
import { pageSenders, type SenderRow } from "../store/statements/page-senders.ts";
import { ownerName } from "../rights/index.ts";
import type { PeopleDesk, Services } from "./services.ts";

export interface IdentityView {
  readonly channel: string;
  /** Null: the file links it on every account of ours. */
  readonly account: string | null;
  readonly peer: string;
  readonly displayName?: string | undefined;
  readonly provedBy: string;
  readonly provedAt: number | null;
  readonly link?: string | undefined;
}

export interface PersonView {
  readonly name: string;
  readonly role: string;
  readonly source: "file" | "store" | "both";
  readonly identities: readonly IdentityView[];
  readonly sessions: readonly string[];
  readonly messages: number;
  readonly lastAt: number | null;
}

/** How many of an account's places are looked at: a person in more rooms than this has them cut. */
const PLACES = 200;

/** Everybody by name, the file's persons first, each once; `search` is a part of a name. */
export function namedPeople(desk: PeopleDesk, search: string): string[] {
  const names = new Map<string, string>();
  for (const { person } of desk.file()) if (!names.has(nameKey(person))) names.set(nameKey(person), person);
  const stored = [...desk.directory.persons()].toSorted((a, b) => (a.name_key < b.name_key ? -1 : 1));
  for (const { name, name_key: key } of stored) if (!names.has(key)) names.set(key, name);
  const part = nameKey(search);
  return [...names].flatMap(([key, name]) => (key.includes(part) ? [name] : []));
}

function identitiesOf(desk: PeopleDesk, key: string): IdentityView[] {
  const inFile = desk.file().filter(({ person }) => nameKey(person) === key);
  const stored = desk.directory.identitiesOf(key);
  return [
    ...inFile.map(({ channel, peer, link }) => ({ channel, account: null, peer, provedBy: "file", provedAt: null, link })),
    ...stored.map((row) => ({ channel: row.channel, account: row.account, peer: row.peer, displayName: row.display_name ?? undefined, provedBy: row.proved_by, provedAt: row.proved_at })),
  ];
}

async function placesOf(services: Services, identities: readonly IdentityView[]): Promise<ParticipantRow[]> {
  const found = await Promise.all(
    identities.map(async ({ channel, account, peer }) => {
      const rows = await services.store.all(listSenderParticipants, { channel, sender_id: peer, limit: PLACES });
      return rows.filter((row) => account === null || row.account === account);
    }),
  );
  return found.flat();
}

function spokenIn(places: readonly ParticipantRow[]): Pick<PersonView, "sessions" | "messages" | "lastAt"> {
  return {
    sessions: [...new Set(places.map((row) => row.session_key))],
    messages: places.reduce((sum, row) => sum + row.messages, 0),
    lastAt: places.reduce<number | null>((last, row) => Math.max(last ?? 0, row.last_at), null),
  };
}

/** A person with what is known of them; null when nobody has the name. */
export async function personView(services: Services, desk: PeopleDesk, name: string): Promise<PersonView | null> {
  const key = nameKey(name);
  const stored = desk.directory.named(key);
  const identities = identitiesOf(desk, key);
  const inFile = identities.some(({ provedBy }) => provedBy === "file");
  if (stored === null && !inFile) return null;
  const places = await placesOf(services, identities);
  return {
    name: desk.spell(name) ?? name,
    role: desk.isOwner(key) ? "owner" : (stored?.role ?? "member"),
    source: inFile ? (stored === null ? "file" : "both") : "store",
    identities,
    ...spokenIn(places),
  };
}

/** What a terminal and the page write as. */
const OPERATOR = "operator";

/** The owner, where that is what was typed; null where it is something else. Errors: REQUEST_INVALID where several are owners. */
export async function ownerView(services: Services, desk: PeopleDesk, typed: string): Promise<PersonView | null> {
  if (!meansOwner(typed)) return null;
  const name = ownerName(desk);
  if (name !== null) return personView(services, desk, name);
  const identities = desk.owned().map((one): IdentityView => ({ ...one, provedBy: "file", provedAt: null }));
  const clients = OPERATOR_CHANNELS.map((channel): IdentityView => ({ channel, account: null, peer: OPERATOR, provedBy: "token", provedAt: null }));
  const places = await placesOf(services, [...identities, ...clients]);
  return { name: "owner", role: "owner", source: "file", identities, ...spokenIn(places) };
}

const SENDERS = 200;

async function guestView(services: Services, { channel, account, sender_id: peer, sender_name: name, messages, last_at: lastAt }: SenderRow) {
  const rows = await services.store.all(listSenderParticipants, { channel, sender_id: peer, limit: PLACES });
  const sessions = [...new Set(rows.filter((row) => row.account === account).map((row) => row.session_key))];
  return { identity: account === "default" ? `${channel}:${peer}` : `${channel}/${account}:${peer}`, channel, account, peer, displayName: name ?? undefined, messages, lastAt, sessions };
}

/** Those who spoke and are nobody's account: whoever spoke last first. */
export async function guests(services: Services, desk: PeopleDesk, limit: number) {
  const found: SenderRow[] = [];
  for (let offset = 0; found.length < limit; offset += SENDERS) {
    const page = await services.store.all(pageSenders, { limit: SENDERS, offset });
    found.push(...page.filter((row) => !isOperatorChannel(row.channel) && row.sender_id !== "" && desk.whoIs(row.channel, row.account, row.sender_id).person === null && !desk.whoIs(row.channel, row.account, row.sender_id).isOwner));
    if (page.length < SENDERS) break;
  }
  return Promise.all(found.slice(0, limit).map((row) => guestView(services, row)));
}
