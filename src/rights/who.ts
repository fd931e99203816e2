import { ContinuoError } from "../domain/errors.ts";
import { meansOwner, nameKey } from "../routing/people.ts";
import type { FileIdentity } from "../routing/people.ts";
import type { PeopleDirectory } from "../people/index.ts";
import type { Subject, SubjectAccount } from "./subject.ts";

/** Who is who, as far as it is needed to find all of somebody's accounts. */
export interface WhoIsWho {
  readonly directory: Pick<PeopleDirectory, "named" | "persons" | "personOf" | "identitiesOf" | "canonicalPeer" | "aliasesOf">;
  file(): readonly FileIdentity[];
  isOwner(nameKey: string): boolean;
  /** Accounts that the file says are the owner's, without a name. */
  owned(): readonly SubjectAccount[];
  whoIs(channel: string, account: string, peer: string): { readonly isOwner: boolean; readonly person: string | null };
}

/** `telegram:42`, `telegram/work:42` as an account; null where it is a name. */
function readAccount(text: string): SubjectAccount | null {
  const colon = text.indexOf(":");
  if (colon < 1) return null;
  const [channel = "", account = null] = text.slice(0, colon).trim().split("/");
  return { channel: channel.toLowerCase(), account, peer: text.slice(colon + 1) };
}

/** Every id that the platform says is the same account. */
function withAliases({ directory }: WhoIsWho, one: SubjectAccount): SubjectAccount[] {
  const kept = directory.canonicalPeer(one.channel, one.peer);
  return [...new Set([one.peer, kept, ...directory.aliasesOf(one.channel, kept)])].map((peer) => ({ ...one, peer }));
}

function accountsOf(who: WhoIsWho, key: string): SubjectAccount[] {
  const inFile = who.file().filter(({ person }) => nameKey(person) === key).map(({ channel, peer }) => ({ channel, account: null, peer }));
  const stored = who.directory.identitiesOf(key).map(({ channel, account, peer }) => ({ channel, account, peer }));
  return [...inFile, ...stored];
}

function unique(accounts: readonly SubjectAccount[]): SubjectAccount[] {
  return [...new Map(accounts.map((one) => [JSON.stringify([one.channel, one.account, one.peer]), one])).values()];
}

/** The person of this name. Null: nobody is called so. */
function personCalled(who: WhoIsWho, name: string): Subject | null {
  const key = nameKey(name);
  const row = who.directory.named(key);
  const accounts = accountsOf(who, key);
  if (row === null && accounts.length === 0) return null;
  const spelt = row?.name ?? who.file().find(({ person }) => nameKey(person) === key)?.person ?? name;
  return { name: spelt, personId: row?.id ?? null, isOwner: who.isOwner(key), accounts: unique(accounts.flatMap((one) => withAliases(who, one))) };
}

/** What the owner is called; null where nobody has given them a name. Errors: REQUEST_INVALID where several are owners. */
export function ownerName({ directory, file, isOwner }: Pick<WhoIsWho, "file" | "isOwner"> & { readonly directory: Pick<PeopleDirectory, "persons"> }): string | null {
  const everybody = [...file().map(({ person }) => person), ...[...directory.persons()].map(({ name }) => name)];
  const owners = new Map(everybody.filter((name) => isOwner(nameKey(name))).toReversed().map((name) => [nameKey(name), name]));
  const [only = null] = owners.values();
  if (owners.size > 1) throw new ContinuoError("REQUEST_INVALID", `Several people are owners: ${[...owners.values()].toSorted().join(", ")}.`, { fields: { cure: "Name one of them." } });
  return only;
}

function theOwner(who: WhoIsWho): Subject {
  const name = ownerName(who);
  const named = name === null ? null : personCalled(who, name);
  const accounts = [...(named?.accounts ?? []), ...who.owned().flatMap((one) => withAliases(who, one))];
  return { name: named?.name ?? null, personId: named?.personId ?? null, isOwner: true, accounts: unique(accounts) };
}

/**
 * All accounts of somebody, given by name or by one of their accounts (`telegram:42`): of a person all that are linked,
 * of somebody without a name that one. `owner` is the owner, unless somebody has that for a name. Errors: PEOPLE_UNKNOWN
 * when nobody has the name.
 */
export function whoIsMeant(who: WhoIsWho, typed: string): Subject {
  const account = readAccount(typed);
  const person = personCalled(who, typed);
  if (person !== null) return person;
  if (meansOwner(typed)) return theOwner(who);
  if (account === null) throw new ContinuoError("PEOPLE_UNKNOWN", `There is no person called ${JSON.stringify(typed)}.`, { fields: { name: typed } });
  const said = who.whoIs(account.channel, account.account ?? "default", account.peer);
  const owner = said.person ?? null;
  const linked = owner === null ? null : personCalled(who, owner);
  if (linked !== null) return linked;
  return { name: null, personId: null, isOwner: said.isOwner, accounts: unique(withAliases(who, account)) };
}

/** Where the configuration file names them: it is its owner's to change. */
export function namedInFile(who: WhoIsWho, { name, accounts }: Subject): string[] {
  const named = who.file().filter(({ person, channel, peer }) => (name !== null && nameKey(person) === nameKey(name)) || accounts.some((one) => one.peer === peer && (one.channel === channel || channel === "*")));
  return [...new Set(named.map(({ link }) => `session.identityLinks: ${link}`))];
}

export function isSameSubject(a: Subject, b: Subject): boolean {
  if (a.name !== null && b.name !== null && nameKey(a.name) === nameKey(b.name)) return true;
  // There is one owner, named or not.
  if (a.isOwner && b.isOwner && a.name === null && b.name === null) return true;
  return a.accounts.some((one) => b.accounts.some((other) => one.channel === other.channel && one.peer === other.peer));
}
