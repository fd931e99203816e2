import { ContinuoError } from "../domain/errors.ts";
import { nameKey } from "../routing/people.ts";
import { findEldestPerson } from "../store/statements/find-eldest-person.ts";
import { listPersonIdentities } from "../store/statements/list-person-identities.ts";
import type { PersonRow } from "../store/tables.ts";
import { NO_CHANGE, type PeopleChange } from "./change.ts";
import { editableIdentity, identityChange, linkedPerson, namedPerson, newPerson, personChange, personName, type Drafting, type Linked } from "./drafting.ts";
import { identityWords, type IdentityRef, type ProvedBy, type Role } from "./identity.ts";
import { isBornName } from "./names.ts";

/** An identity that is to be somebody's. */
export interface LinkRequest {
  readonly identity: IdentityRef;
  readonly name: string;
  /** Unset: what the person has; `member` for a new one. */
  readonly role?: Role | undefined;
  readonly provedBy: ProvedBy;
  readonly displayName: string | null;
}

function refuseOther({ row, person }: Linked, name: string): ContinuoError {
  return new ContinuoError(
    "REQUEST_INVALID",
    `${identityWords(row)} is ${person.name}'s already. If ${person.name} and ${name} are one person: people merge. If not: people unlink it first.`,
    { fields: { identity: identityWords(row), person: person.name } },
  );
}

/** Gives an identity to a person as they will be; `before` is null for a person who is made by it. */
function linkTo({ now }: Drafting, identity: IdentityRef, known: Linked | null, before: PersonRow | null, after: PersonRow, proof: Pick<LinkRequest, "provedBy" | "displayName">): PeopleChange {
  const row = { ...identity, person_id: after.id, display_name: proof.displayName, proved_by: proof.provedBy, proved_at: now };
  return { persons: personChange(before, after), identities: known === null ? identityChange(null, row) : [] };
}

/**
 * An identity becomes a person's; a person of that name is made where the table has none. Linking what is linked
 * already changes at most the role. Errors: PEOPLE_IN_FILE (the file links it), REQUEST_INVALID (a bad name, or
 * the identity is somebody else's).
 */
export async function draftLink(context: Drafting, request: LinkRequest): Promise<PeopleChange> {
  const name = personName(context, request.name);
  const identity = await editableIdentity(context, request.identity);
  const known = await linkedPerson(context.store, identity);
  if (known && known.person.name_key !== nameKey(name)) throw refuseOther(known, name);
  const before = await namedPerson(context.store, name);
  const after = before === null ? newPerson(context, name, request.role ?? "member") : { ...before, role: request.role ?? before.role };
  return linkTo(context, identity, known, before, after, request);
}

/**
 * An identity belongs to nobody again. A person whose last identity leaves stays, unless a link from the chat had
 * made them. Errors: PEOPLE_IN_FILE (the file links it), PEOPLE_UNKNOWN (nobody's).
 */
export async function draftUnlink(context: Drafting, ref: IdentityRef): Promise<PeopleChange> {
  const identity = await editableIdentity(context, ref);
  const known = await linkedPerson(context.store, identity);
  if (known === null) {
    throw new ContinuoError("PEOPLE_UNKNOWN", `${identityWords(ref)} is linked to nobody.`, { fields: { identity: identityWords(ref) } });
  }
  const { row, person } = known;
  const identities = await context.store.all(listPersonIdentities, { person_id: person.id });
  const bornInChat = row.proved_by === "code" && isBornName(person.name) && !context.file.names.has(person.name_key);
  return {
    persons: identities.length === 1 && bornInChat ? personChange(person, null) : [],
    identities: identityChange(row, null),
  };
}

/** The first of `Owner`, `Owner 2`, ... that is nobody's name. */
async function freeOwnerName({ store, file }: Drafting): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? "Owner" : `Owner ${number}`;
    if (!file.names.has(nameKey(name)) && (await namedPerson(store, name)) === null) return name;
  }
}

/** Who the owner is, as a change of the person: the one whom the file names, else the first of the table, else a new one. */
async function ownerPerson(context: Drafting): Promise<{ readonly before: PersonRow | null; readonly after: PersonRow }> {
  const named = context.file.owner ?? null;
  const before = named === null ? ((await context.store.get(findEldestPerson, { role: "owner" })) ?? null) : await namedPerson(context.store, named);
  if (before !== null) return { before, after: { ...before, role: "owner" } };
  return { before, after: newPerson(context, named ?? (await freeOwnerName(context)), "owner") };
}

/**
 * The identity is the owner's (`pairing approve --me`, A1). Errors: PEOPLE_IN_FILE (the file links it),
 * REQUEST_INVALID (it is somebody else's).
 */
export async function draftOwner(context: Drafting, request: Omit<LinkRequest, "name" | "role">): Promise<PeopleChange> {
  const identity = await editableIdentity(context, request.identity);
  const known = await linkedPerson(context.store, identity);
  if (known?.person.role === "owner") return NO_CHANGE;
  const { before, after } = await ownerPerson(context);
  if (known && known.person.id !== after.id) throw refuseOther(known, after.name);
  return linkTo(context, identity, known, before, after, request);
}
