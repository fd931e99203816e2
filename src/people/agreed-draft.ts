import { nameKey } from "../routing/people.ts";
import type { Agreement } from "./agreements.ts";
import { NO_CHANGE, type PeopleChange } from "./change.ts";
import type { Random } from "./code.ts";
import { canonicalIdentity, identityChange, linkedPerson, namedPerson, newPerson, personChange, personInFile, type Drafting } from "./drafting.ts";
import { draftLink, draftUnlink } from "./drafts.ts";
import type { IdentityRef } from "./identity.ts";
import { bornName } from "./names.ts";
import { draftMerge } from "./person-drafts.ts";
import type { Party } from "./party.ts";

/** Who a party is before they are one. */
interface PartySide {
  readonly party: Party;
  readonly identity: IdentityRef;
  /** Null: nobody yet. */
  readonly name: string | null;
  /** The file says so. */
  readonly filed: boolean;
}

async function sideOf({ store, file }: Drafting, party: Party): Promise<PartySide> {
  const identity = await canonicalIdentity(store, party);
  const filed = file.personOf(identity.channel, identity.account, identity.peer) ?? file.personOf(party.channel, party.account, party.peer);
  const linked = filed === null ? await linkedPerson(store, identity) : null;
  const name = filed ?? linked?.person.name ?? null;
  return { party, identity, name, filed: name !== null && file.names.has(nameKey(name)) };
}

async function newName({ store, file }: Drafting, shown: string | null, random: Random): Promise<string> {
  for (;;) {
    const name = bornName(shown, random);
    if (!file.names.has(nameKey(name)) && (await namedPerson(store, name)) === null) return name;
  }
}

/** Two who were nobody become a person, named after the first with a part that nobody can choose. */
async function born(context: Drafting, issuer: PartySide, redeemer: PartySide, owner: boolean, random: Random): Promise<PeopleChange> {
  const person = newPerson(context, await newName(context, issuer.party.displayName ?? redeemer.party.displayName, random), owner ? "owner" : "member");
  const identities = [issuer, redeemer].flatMap(({ identity, party }) =>
    identityChange(null, { ...identity, person_id: person.id, display_name: party.displayName, proved_by: "code", proved_at: context.now }),
  );
  return { persons: personChange(null, person), identities };
}

/**
 * What two accounts have agreed on in their chats, as a change. If one is a person, the other becomes theirs; if both
 * are, the issuer's name stays, save where the file names the other. `owner`: one of the two is the owner now, by
 * whatever word; then both are (A1). Errors: PEOPLE_IN_FILE when the file names both, or links the one that leaves;
 * PEOPLE_UNKNOWN when the one that leaves is linked to nobody any more.
 */
export async function draftAgreed(context: Drafting, agreement: Agreement, owner: boolean, random: Random): Promise<PeopleChange> {
  if (agreement.kind === "unlink") return draftUnlink(context, agreement.issuer);
  const issuer = await sideOf(context, agreement.issuer);
  const redeemer = await sideOf(context, agreement.redeemer);
  const role = owner ? "owner" : undefined;
  const join = (side: PartySide, name: string): Promise<PeopleChange> =>
    draftLink(context, { identity: side.identity, name, role, provedBy: "code", displayName: side.party.displayName });
  if (issuer.name === null) return redeemer.name === null ? born(context, issuer, redeemer, owner, random) : join(issuer, redeemer.name);
  if (redeemer.name === null) return join(redeemer, issuer.name);
  if (nameKey(issuer.name) === nameKey(redeemer.name)) return NO_CHANGE;
  if (issuer.filed && redeemer.filed) throw personInFile(redeemer.name);
  return redeemer.filed ? draftMerge(context, issuer.name, redeemer.name, role) : draftMerge(context, redeemer.name, issuer.name, role);
}
