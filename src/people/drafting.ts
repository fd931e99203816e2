import { ContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import { meansOwner, nameKey } from "../routing/people.ts";
import { findIdentity } from "../store/statements/find-identity.ts";
import { findNamedPerson } from "../store/statements/find-named-person.ts";
import { findPeerAlias } from "../store/statements/find-peer-alias.ts";
import { findPerson } from "../store/statements/find-person.ts";
import type { Executor } from "../store/store.ts";
import type { IdentityRow, PersonRow } from "../store/tables.ts";
import type { IdentityChange, PersonChange } from "./change.ts";
import { identityWords, type IdentityRef, type Role } from "./identity.ts";
import { readName } from "./names.ts";

/** What the configuration file says of people: it wins over the table. */
export interface FilePeople {
  /** The person to whom `session.identityLinks` links this identity. */
  personOf(channel: string, account: string, peer: string): string | null;
  /** Every name that the file gives to a person, as names are compared (A15). */
  readonly names: ReadonlySet<string>;
  /** The person whom `session.owner` names, if it names one. */
  readonly owner?: string | null;
}

/** What a draft is made from. It reads the store and writes nothing. */
export interface Drafting {
  readonly store: Executor;
  readonly ids: Pick<Ids, "next">;
  /** ms */
  readonly now: number;
  readonly file: FilePeople;
}

const STRENGTH: Readonly<Record<Role, number>> = { guest: 0, member: 1, owner: 2 };

export function roleOf({ role }: Readonly<PersonRow>): Role {
  return role === "owner" || role === "member" ? role : "guest";
}

/** One person is never half an owner (A1): where two become one, the stronger role holds. */
export function strongerRole(a: Role, b: Role): Role {
  return STRENGTH[a] >= STRENGTH[b] ? a : b;
}

/** The identity under the id that its account is kept under (P10), unless it was linked under this one already. */
export async function canonicalIdentity(store: Executor, { channel, account, peer }: IdentityRef): Promise<IdentityRef> {
  if (await store.get(findIdentity, { channel, account, peer })) return { channel, account, peer };
  const alias = await store.get(findPeerAlias, { channel, alias: peer });
  return { channel, account, peer: alias?.peer ?? peer };
}

/** The identity as the table keeps it. Errors: PEOPLE_IN_FILE when the file says whose it is. */
export async function editableIdentity({ store, file }: Drafting, ref: IdentityRef): Promise<IdentityRef> {
  const kept = await canonicalIdentity(store, ref);
  const name = file.personOf(ref.channel, ref.account, ref.peer) ?? file.personOf(kept.channel, kept.account, kept.peer);
  if (name !== null) {
    throw new ContinuoError("PEOPLE_IN_FILE", `The configuration file links ${identityWords(ref)} to ${name}; session.identityLinks is the place to change it.`, {
      fields: { ...ref, name },
    });
  }
  return kept;
}

export interface Linked {
  readonly row: IdentityRow;
  readonly person: PersonRow;
}

/** Whom the table links an identity to. */
export async function linkedPerson(store: Executor, ref: IdentityRef): Promise<Linked | null> {
  const row = await store.get(findIdentity, { channel: ref.channel, account: ref.account, peer: ref.peer });
  const person = row && (await store.get(findPerson, { id: row.person_id }));
  return row && person ? { row, person } : null;
}

export async function namedPerson(store: Executor, name: string): Promise<PersonRow | null> {
  return (await store.get(findNamedPerson, { name_key: nameKey(name) })) ?? null;
}

const NAME_OWNER = "Name the owner as `continuo people list` does; without a name they get one with `continuo people link IDENTITY NAME --role owner`.";

/** The person of this name in the table. Errors: PEOPLE_IN_FILE when only the file knows them, PEOPLE_UNKNOWN when nobody does. */
export async function editablePerson({ store, file }: Drafting, name: string): Promise<PersonRow> {
  const person = await namedPerson(store, name);
  if (person !== null) return person;
  if (file.names.has(nameKey(name))) throw personInFile(name);
  throw new ContinuoError("PEOPLE_UNKNOWN", `There is no person called ${JSON.stringify(name)}.`, { fields: { name, ...(meansOwner(name) ? { cure: NAME_OWNER } : {}) } });
}

export function personInFile(name: string): ContinuoError {
  return new ContinuoError("PEOPLE_IN_FILE", `The configuration file names ${JSON.stringify(name)}; session.identityLinks is the place to change it.`, { fields: { name } });
}

/** Errors: PEOPLE_NAME_TAKEN when somebody has the name already, in the table or in the file. */
export async function requireFree({ store, file }: Drafting, name: string): Promise<void> {
  if (file.names.has(nameKey(name)) || (await namedPerson(store, name)) !== null) {
    throw new ContinuoError("PEOPLE_NAME_TAKEN", `There is a person called ${JSON.stringify(name)} already.`, { fields: { name } });
  }
}

/** A name that somebody typed, as it is kept. What the file calls somebody is a name, whatever stands in it. Errors: REQUEST_INVALID. */
export function personName({ file }: Drafting, typed: string): string {
  return file.names.has(nameKey(typed)) ? typed.trim().normalize("NFC") : readName(typed);
}

export function newPerson({ ids, now }: Drafting, name: string, role: Role): PersonRow {
  return { id: ids.next(), name, name_key: nameKey(name), role, created_at: now };
}

/** Nothing where both sides are the same. */
export function personChange(before: PersonRow | null, after: PersonRow | null): PersonChange[] {
  const id = before?.id ?? after?.id;
  const isSame = before !== null && after !== null && before.name === after.name && before.role === after.role;
  return id === undefined || isSame ? [] : [{ id, before, after }];
}

export function identityChange(before: IdentityRow | null, after: IdentityRow | null): IdentityChange[] {
  const row = before ?? after;
  return row === null ? [] : [{ ref: { channel: row.channel, account: row.account, peer: row.peer }, before, after }];
}
