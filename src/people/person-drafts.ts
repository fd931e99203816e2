import { ContinuoError } from "../domain/errors.ts";
import { nameKey } from "../routing/people.ts";
import { listPersonIdentities } from "../store/statements/list-person-identities.ts";
import type { PersonRow } from "../store/tables.ts";
import { NO_CHANGE, type PeopleChange } from "./change.ts";
import { editableIdentity, editablePerson, identityChange, namedPerson, newPerson, personChange, personInFile, personName, requireFree, roleOf, strongerRole, type Drafting } from "./drafting.ts";
import { identityWords, sameIdentity, type IdentityRef, type Role } from "./identity.ts";
import { readName } from "./names.ts";

/**
 * Another name, or another spelling of it. Errors: PEOPLE_UNKNOWN, PEOPLE_IN_FILE (the file names this person),
 * PEOPLE_NAME_TAKEN, REQUEST_INVALID (a bad name).
 */
export async function draftRename(context: Drafting, name: string, to: string): Promise<PeopleChange> {
  const next = readName(to);
  const person = await editablePerson(context, name);
  if (context.file.names.has(person.name_key)) throw personInFile(person.name);
  if (nameKey(next) !== person.name_key) await requireFree(context, next);
  return { persons: personChange(person, { ...person, name: next, name_key: nameKey(next) }), identities: [] };
}

/** The person of this name; one of the file gets a row in the table, which the file has no need of. */
async function personOrFiled(context: Drafting, name: string, role: Role): Promise<{ readonly before: PersonRow | null; readonly after: PersonRow }> {
  const known = await namedPerson(context.store, name);
  if (known === null && context.file.names.has(nameKey(name))) return { before: null, after: newPerson(context, personName(context, name), role) };
  const before = known ?? (await editablePerson(context, name));
  return { before, after: before };
}

/**
 * Two persons are one: the identities of `from` become those of `into`, and `from` is no more. The stronger of the
 * two roles holds (A1). Errors: PEOPLE_UNKNOWN, PEOPLE_IN_FILE (the file names `from`), REQUEST_INVALID (one and the same).
 */
export async function draftMerge(context: Drafting, from: string, into: string, role: Role = "guest"): Promise<PeopleChange> {
  const leaving = await editablePerson(context, from);
  if (nameKey(from) === nameKey(into)) throw new ContinuoError("REQUEST_INVALID", `${leaving.name} cannot be merged into the same person.`);
  if (context.file.names.has(leaving.name_key)) throw personInFile(leaving.name);
  const { before, after } = await personOrFiled(context, into, "member");
  const merged = { ...after, role: strongerRole(strongerRole(roleOf(after), roleOf(leaving)), role) };
  const moving = await context.store.all(listPersonIdentities, { person_id: leaving.id });
  return {
    persons: [...personChange(leaving, null), ...personChange(before, merged)],
    identities: moving.flatMap((row) => identityChange(row, { ...row, person_id: merged.id })),
  };
}

/**
 * Some identities of a person become a new person's. The new one is a member, unless the old one was a guest: nobody
 * becomes an owner by being somebody else. Errors: PEOPLE_UNKNOWN, PEOPLE_IN_FILE, PEOPLE_NAME_TAKEN, REQUEST_INVALID
 * (none, all, or one that is not theirs).
 */
export async function draftSplit(context: Drafting, name: string, identities: readonly IdentityRef[], to: string): Promise<PeopleChange> {
  const next = readName(to);
  const person = await editablePerson(context, name);
  await requireFree(context, next);
  const rows = await context.store.all(listPersonIdentities, { person_id: person.id });
  const wanted: IdentityRef[] = [];
  for (const ref of identities) wanted.push(await editableIdentity(context, ref));
  const foreign = wanted.find((ref) => !rows.some((row) => sameIdentity(row, ref)));
  if (foreign) throw new ContinuoError("REQUEST_INVALID", `${identityWords(foreign)} is not ${person.name}'s.`, { fields: { identity: identityWords(foreign) } });
  const leaving = rows.filter((row) => wanted.some((ref) => sameIdentity(row, ref)));
  if (leaving.length === 0) throw new ContinuoError("REQUEST_INVALID", `Name at least one identity of ${person.name} that is somebody else's.`);
  // What the file links to the name stays theirs, so that the table's part may leave as a whole.
  if (leaving.length === rows.length && !context.file.names.has(person.name_key)) {
    throw new ContinuoError("REQUEST_INVALID", `These are all the identities of ${person.name}: people rename gives them another name.`);
  }
  const born = newPerson(context, next, person.role === "guest" ? "guest" : "member");
  return { persons: personChange(null, born), identities: leaving.flatMap((row) => identityChange(row, { ...row, person_id: born.id })) };
}

/** Another role. A person of the file gets a row in the table for it. Errors: PEOPLE_UNKNOWN. */
export async function draftRole(context: Drafting, name: string, role: Role): Promise<PeopleChange> {
  const { before, after } = await personOrFiled(context, name, role);
  const persons = personChange(before, { ...after, role });
  return persons.length === 0 ? NO_CHANGE : { persons, identities: [] };
}
