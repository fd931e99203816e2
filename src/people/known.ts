import type { IdentityRow, PersonRow } from "../store/tables.ts";

/** Who is who, as the people table says it. Rows are frozen. */
export interface KnownPeople {
  /** A person by id. */
  person(id: string): Readonly<PersonRow> | null;
  /** A person by name, given as names are compared (A15). */
  named(nameKey: string): Readonly<PersonRow> | null;
  /** Whose this account of a channel is. */
  personOf(channel: string, account: string, peer: string): Readonly<PersonRow> | null;
  /** The accounts of the person of this name; empty where nobody has it. */
  identitiesOf(nameKey: string): readonly Readonly<IdentityRow>[];
  /** All persons, in no particular order. */
  persons(): Iterable<Readonly<PersonRow>>;
}

/** Several ids of one account, on the platform's own word (P10). */
export interface PeerAliases {
  /** The id under which an account is kept: the first of it that was seen; itself when nothing else is known. */
  canonicalPeer(channel: string, id: string): string;
  /** Every id known of the account that is kept under this one, itself included; empty when nothing was learned. */
  aliasesOf(channel: string, peer: string): readonly string[];
  /** The first word counts: an id never moves to another account by itself. */
  learnAlias(channel: string, alias: string, peer: string): void;
}

/** Who was let in by a pairing code, in a private chat with exactly this account (P38). */
export interface Approvals {
  isApproved(channel: string, account: string, senderId: string): boolean;
  approve(channel: string, account: string, senderId: string): void;
  revoke(channel: string, account: string, senderId: string): void;
}
