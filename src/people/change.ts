import { ContinuoError } from "../domain/errors.ts";
import type { Directory } from "../domain/route.ts";
import { deleteIdentity } from "../store/statements/delete-identity.ts";
import { deletePerson } from "../store/statements/delete-person.ts";
import { findIdentity } from "../store/statements/find-identity.ts";
import { findNamedPerson } from "../store/statements/find-named-person.ts";
import { findPerson } from "../store/statements/find-person.ts";
import { insertIdentity } from "../store/statements/insert-identity.ts";
import { insertPerson } from "../store/statements/insert-person.ts";
import { listPersonIdentities } from "../store/statements/list-person-identities.ts";
import type { Executor } from "../store/store.ts";
import type { IdentityRow, PersonRow } from "../store/tables.ts";
import { createIdentityMap, senderWhy, type IdentityRef, type SenderWhy } from "./identity.ts";
import type { KnownPeople } from "./known.ts";

export type Side = "before" | "after";

export interface PersonChange {
  readonly id: string;
  readonly before: Readonly<PersonRow> | null;
  readonly after: Readonly<PersonRow> | null;
}

export interface IdentityChange {
  readonly ref: IdentityRef;
  readonly before: Readonly<IdentityRow> | null;
  readonly after: Readonly<IdentityRow> | null;
}

/**
 * A change of who is who, as data that survives JSON. It is the same forwards and backwards: each row stands
 * in it as it was and as it will be, null where there is none (law 7).
 */
export interface PeopleChange {
  readonly persons: readonly PersonChange[];
  readonly identities: readonly IdentityChange[];
}

export const NO_CHANGE: PeopleChange = Object.freeze({ persons: Object.freeze([]), identities: Object.freeze([]) });

export function isEmpty(change: PeopleChange): boolean {
  return change.persons.length === 0 && change.identities.length === 0;
}

const PERSON_COLUMNS = ["id", "name", "name_key", "role", "created_at"] as const;
const IDENTITY_COLUMNS = ["channel", "account", "peer", "person_id", "display_name", "proved_by", "proved_at"] as const;

function isSame<Row extends object>(columns: readonly (keyof Row)[], a: Row | null, b: Row | null): boolean {
  if (a === null || b === null) return a === b;
  return columns.every((column) => a[column] === b[column]);
}

function stale(): ContinuoError {
  return new ContinuoError("CHANGE_STALE", "Who is who has changed since this was planned; nothing was written.");
}

/** The store must stand on one of the two sides: a change is never laid over something that it does not know. */
async function checkRows(tx: Executor, change: PeopleChange): Promise<void> {
  for (const { id, before, after } of change.persons) {
    const row = (await tx.get(findPerson, { id })) ?? null;
    if (!isSame(PERSON_COLUMNS, row, before) && !isSame(PERSON_COLUMNS, row, after)) throw stale();
  }
  for (const { ref, before, after } of change.identities) {
    const row = (await tx.get(findIdentity, ref)) ?? null;
    if (!isSame(IDENTITY_COLUMNS, row, before) && !isSame(IDENTITY_COLUMNS, row, after)) throw stale();
  }
}

/**
 * Writes one side of a change, inside the caller's transaction. Writing a side twice is the same as once; writing
 * `after` and then `before` restores every row. Errors: CHANGE_STALE when the rows are on neither side, when a name
 * is another person's meanwhile, or when an identity would be left without its person.
 */
export async function writePeople(tx: Executor, change: PeopleChange, side: Side): Promise<void> {
  await checkRows(tx, change);
  for (const { ref } of change.identities) await tx.run(deleteIdentity, ref);
  // All leave before the first comes: two persons may have exchanged their names.
  for (const { id } of change.persons) await tx.run(deletePerson, { id });
  for (const person of change.persons) {
    const row = person[side];
    if (row === null) continue;
    if (await tx.get(findNamedPerson, { name_key: row.name_key })) throw stale();
    await tx.run(insertPerson, row);
  }
  for (const identity of change.identities) {
    const row = identity[side];
    if (row === null) continue;
    if ((await tx.get(findPerson, { id: row.person_id })) === undefined) throw stale();
    await tx.run(insertIdentity, row);
  }
  for (const person of change.persons) {
    if (person[side] === null && (await tx.get(listPersonIdentities, { person_id: person.id }))) throw stale();
  }
}

/** Names whose holder changes: null where nobody in the table has the name any more. */
function changedNames(change: PeopleChange, side: Side): ReadonlyMap<string, Readonly<PersonRow> | null> {
  const names = new Map<string, Readonly<PersonRow> | null>();
  const other = side === "after" ? "before" : "after";
  for (const person of change.persons) if (person[other]) names.set(person[other].name_key, null);
  for (const person of change.persons) if (person[side]) names.set(person[side].name_key, person[side]);
  return names;
}

/** What routing would say once the change is made (or, with `before`, taken back); the directory itself stays as it is. */
export function overlay(directory: Directory & KnownPeople, change: PeopleChange, side: Side = "after"): Directory {
  const persons = new Map(change.persons.map((person) => [person.id, person[side]]));
  const said = createIdentityMap<SenderWhy | null>();
  const say = (row: Readonly<IdentityRow>): void => {
    const person = persons.has(row.person_id) ? persons.get(row.person_id) : directory.person(row.person_id);
    said.set(row, person ? senderWhy(row, person) : null);
  };
  for (const { id } of change.persons) {
    const person = directory.person(id);
    if (person !== null) for (const row of directory.identitiesOf(person.name_key)) say(row);
  }
  for (const identity of change.identities) {
    const row = identity[side];
    if (row === null) said.set(identity.ref, null);
    else say(row);
  }
  const names = changedNames(change, side);
  return {
    find(channel, account, peer) {
      const who = said.get(channel, account, peer);
      return who === undefined ? directory.find(channel, account, peer) : who;
    },
    isOwner(nameKey) {
      const person = names.get(nameKey);
      return person === undefined ? directory.isOwner(nameKey) : person?.role === "owner";
    },
  };
}
