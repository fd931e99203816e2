import type { Defaulted } from "./defaulted.ts";

/** Who somebody is, who was let in, and who is about to be linked (docs/people.md). */
export interface PeopleTables {
  people: PersonRow;
  identities: IdentityRow;
  peer_aliases: PeerAliasRow;
  approvals: ApprovalRow;
  pairings: Defaulted<PairingRow, "notified">;
  agreements: Defaulted<AgreementRow, "issuer_consent" | "redeemer_consent">;
  tries: TryRow;
}

/** A person. `name_key` is the name as names are compared (A15). */
export interface PersonRow {
  id: string;
  name: string;
  name_key: string;
  /** owner, member, guest. */
  role: string;
  created_at: number;
}

/** One account of a person on a channel. */
export interface IdentityRow {
  channel: string;
  account: string;
  peer: string;
  person_id: string;
  display_name: string | null;
  /** pairing, code, operator. */
  proved_by: string;
  proved_at: number;
}

/** Another id of the same account, on the platform's own word (a WhatsApp LID beside a phone number). */
export interface PeerAliasRow {
  channel: string;
  alias: string;
  peer: string;
  learned_at: number;
}

/** Let in by a pairing code: on this account and this surface, and nowhere else (P38). */
export interface ApprovalRow {
  channel: string;
  account: string;
  sender_id: string;
  /** dm. */
  surface: string;
  approved_at: number;
  approved_by: string;
}

export interface PairingRow {
  channel: string;
  account: string;
  sender_id: string;
  surface: string;
  code: string;
  sender_name: string | null;
  chat: string;
  /** pending, approved, rejected. */
  state: string;
  notified: number;
  created_at: number;
  expires_at: number;
}

/** Two accounts on their way to be one person, or one leaving. Parties are JSON. */
export interface AgreementRow {
  id: string;
  /** link, unlink. */
  kind: string;
  code: string;
  /** open, redeemed, agreed, done, refused. */
  state: string;
  issuer_ref: string;
  issuer: string;
  redeemer_ref: string | null;
  redeemer: string | null;
  issuer_consent: number;
  redeemer_consent: number;
  created_at: number;
  expires_at: number;
}

export interface TryRow {
  ref: string;
  what: string;
  since: number;
  count: number;
}
