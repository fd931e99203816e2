import { z } from "zod";
import { nameKey } from "../routing/people.ts";
import { advanceAgreement } from "../store/statements/advance-agreement.ts";
import { deleteAgreement } from "../store/statements/delete-agreement.ts";
import { findAgreement } from "../store/statements/find-agreement.ts";
import { findAgreementCode } from "../store/statements/find-agreement-code.ts";
import { insertAgreement } from "../store/statements/insert-agreement.ts";
import { listAgreedAgreements } from "../store/statements/list-agreed-agreements.ts";
import { listLiveAgreements } from "../store/statements/list-live-agreements.ts";
import { redeemAgreement } from "../store/statements/redeem-agreement.ts";
import type { Executor } from "../store/store.ts";
import type { AgreementRow } from "../store/tables.ts";
import { drawCode, drawText, readCode, showCode, type Random } from "./code.ts";
import { canonicalIdentity, linkedPerson, type FilePeople } from "./drafting.ts";
import { identityKey, identityWords, type IdentityRef } from "./identity.ts";
import { record } from "./ledger.ts";
import type { Party } from "./party.ts";
import { countTry, isExhausted } from "./tries.ts";

const VALID_MS = 10 * 60_000;
const MOST_CODES = 5;
const MOST_WRONG = 5;
const ID_LENGTH = 24;

/** What two accounts have agreed on, or one that leaves. */
export type Agreement =
  | { readonly kind: "link"; readonly id: string; readonly issuer: Party; readonly redeemer: Party }
  | { readonly kind: "unlink"; readonly id: string; readonly issuer: Party };

export type Issued = { readonly kind: "code"; readonly code: string; readonly expiresAt: number } | { readonly kind: "refused"; readonly reason: "too-many" };

export type RefusedCode = "unknown" | "expired" | "same" | "too-many" | "already-one";

/** `ask`: now both are asked, each in their own chat, and told who the other is. */
export type Redeemed = { readonly kind: "ask"; readonly issuer: Party; readonly redeemer: Party } | { readonly kind: "refused"; readonly reason: RefusedCode };

export type Consented =
  | { readonly kind: "waiting"; readonly other: Party }
  | { readonly kind: "agreed"; readonly agreement: Agreement }
  | { readonly kind: "refused"; readonly other: Party }
  | { readonly kind: "nothing" };

const PARTY = z.object({
  channel: z.string(),
  account: z.string(),
  peer: z.string(),
  displayName: z.string().nullable(),
  address: z.object({ channel: z.string(), account: z.string(), chat: z.string(), thread: z.string().nullable() }),
  audience: z.string(),
  chatKind: z.enum(["dm", "group", "channel"]),
});

export function readParty(json: string): Party {
  return PARTY.parse(JSON.parse(json));
}

function agreementOf(row: AgreementRow): Agreement {
  const issuer = readParty(row.issuer);
  if (row.kind === "unlink" || row.redeemer === null) return { kind: "unlink", id: row.id, issuer };
  return { kind: "link", id: row.id, issuer, redeemer: readParty(row.redeemer) };
}

/** The party under the id that its account is kept under, so that nobody is two by two ids (P10). */
async function keptParty(tx: Executor, party: Party): Promise<Party> {
  return { ...party, ...(await canonicalIdentity(tx, party)) };
}

/** What an account had begun before ends: it has one thing to say yes to at a time, and nobody can put another in its place. */
async function dropLive(tx: Executor, ref: string): Promise<void> {
  for (const { id } of await tx.all(listLiveAgreements, { ref })) await tx.run(deleteAgreement, { id });
}

/**
 * A code for another account of the same person: good for ten minutes, five an hour. What this account had begun
 * before ends, its older code included. The code is given as it is shown, `ABCD-EFGH`.
 */
export async function issueCode(tx: Executor, from: Party, now: number, random: Random): Promise<Issued> {
  const party = await keptParty(tx, from);
  const ref = identityKey(party);
  if (await isExhausted(tx, ref, "link.issue", MOST_CODES, now)) return { kind: "refused", reason: "too-many" };
  await countTry(tx, ref, "link.issue", now);
  await dropLive(tx, ref);
  let code = drawCode(random);
  while (await tx.get(findAgreementCode, { code })) code = drawCode(random);
  const expiresAt = now + VALID_MS;
  const parties = { issuer_ref: ref, issuer: JSON.stringify(party), created_at: now, expires_at: expiresAt };
  await tx.run(insertAgreement, { id: drawText(random, ID_LENGTH), kind: "link", code, state: "open", ...parties });
  await record(tx, "people.code-issued", { identity: identityWords(party) }, now);
  return { kind: "code", code: showCode(code), expiresAt };
}

/** The name of whoever has this identity, as names are compared. */
async function holder(tx: Executor, file: FilePeople | null, ref: IdentityRef): Promise<string | null> {
  const filed = file?.personOf(ref.channel, ref.account, ref.peer) ?? null;
  return filed === null ? ((await linkedPerson(tx, ref))?.person.name_key ?? null) : nameKey(filed);
}

async function areOne(tx: Executor, file: FilePeople | null, a: IdentityRef, b: IdentityRef): Promise<boolean> {
  const name = await holder(tx, file, a);
  return name !== null && name === (await holder(tx, file, b));
}

/** Why a code does not do; null when it does. Wrong ones count against whoever sends them. */
async function reasonAgainst(tx: Executor, row: AgreementRow | undefined, party: Party, file: FilePeople | null, now: number): Promise<RefusedCode | null> {
  if (row?.state !== "open") return "unknown";
  if (now >= row.expires_at) return "expired";
  if (row.issuer_ref === identityKey(party)) return "same";
  return (await areOne(tx, file, readParty(row.issuer), party)) ? "already-one" : null;
}

/**
 * An account sends the code that another one was given: that shows whoever holds both. Then both sides still have to
 * say yes. Five wrong codes an hour, then `too-many`, whatever is sent. `file` knows who is one person already by the
 * configuration file.
 */
export async function redeemCode(tx: Executor, typed: string, from: Party, now: number, file: FilePeople | null = null): Promise<Redeemed> {
  const redeemer = await keptParty(tx, from);
  const ref = identityKey(redeemer);
  if (await isExhausted(tx, ref, "link.wrong-code", MOST_WRONG, now)) return { kind: "refused", reason: "too-many" };
  const row = await tx.get(findAgreementCode, { code: readCode(typed) });
  const reason = await reasonAgainst(tx, row, redeemer, file, now);
  if (row === undefined || reason !== null) {
    if (reason === "unknown" || reason === "expired") await countTry(tx, ref, "link.wrong-code", now);
    await record(tx, "people.code-refused", { identity: identityWords(redeemer), reason }, now);
    return { kind: "refused", reason: reason ?? "unknown" };
  }
  await dropLive(tx, ref);
  if ((await tx.run(redeemAgreement, { id: row.id, redeemer_ref: ref, redeemer: JSON.stringify(redeemer), expires_at: now + VALID_MS })) === 0) {
    return { kind: "refused", reason: "unknown" };
  }
  const issuer = readParty(row.issuer);
  await record(tx, "people.code-redeemed", { agreement: row.id, issuer: identityWords(issuer), redeemer: identityWords(redeemer) }, now);
  return { kind: "ask", issuer, redeemer };
}

/**
 * One side says yes or no to what waits for them. `agreed` once both have said yes: then the caller does it, and calls
 * `settleAgreement`. A no ends it at once, and so do ten minutes of silence.
 */
export async function consent(tx: Executor, from: Party, yes: boolean, now: number): Promise<Consented> {
  const party = await keptParty(tx, from);
  const ref = identityKey(party);
  const row = (await tx.all(listLiveAgreements, { ref })).find(({ state }) => state === "redeemed");
  if (row === undefined || row.redeemer === null) return { kind: "nothing" };
  if (now >= row.expires_at) {
    await tx.run(deleteAgreement, { id: row.id });
    return { kind: "nothing" };
  }
  const isIssuer = row.issuer_ref === ref;
  const other = readParty(isIssuer ? row.redeemer : row.issuer);
  const issuer = isIssuer ? Number(yes) : row.issuer_consent;
  const redeemer = isIssuer ? row.redeemer_consent : Number(yes);
  const state = yes ? (issuer === 1 && redeemer === 1 ? "agreed" : "redeemed") : "refused";
  await tx.run(advanceAgreement, { id: row.id, from: "redeemed", state, issuer_consent: issuer, redeemer_consent: redeemer });
  const kind = state === "redeemed" ? "people.link-consented" : state === "agreed" ? "people.link-agreed" : "people.link-refused";
  await record(tx, kind, { agreement: row.id, by: identityWords(party) }, now);
  if (state === "redeemed") return { kind: "waiting", other };
  return state === "refused" ? { kind: "refused", other } : { kind: "agreed", agreement: agreementOf(row) };
}

/**
 * One's own account may always leave its person, without asking anybody: it is agreed at once. Null when the table
 * links it to nobody (what the file links, only the file unlinks).
 */
export async function requestUnlink(tx: Executor, from: Party, now: number): Promise<Agreement | null> {
  const party = await keptParty(tx, from);
  if ((await linkedPerson(tx, party)) === null) return null;
  const ref = identityKey(party);
  await dropLive(tx, ref);
  // The same wish twice is one wish.
  const id = `unlink ${ref}`;
  await tx.run(deleteAgreement, { id });
  await tx.run(insertAgreement, { id, kind: "unlink", code: id, state: "agreed", issuer_ref: ref, issuer: JSON.stringify(party), created_at: now, expires_at: now });
  await record(tx, "people.unlink-agreed", { agreement: id, by: identityWords(party) }, now);
  return { kind: "unlink", id, issuer: party };
}

/** What is agreed and waits to be done, oldest first. */
export async function agreedLinks(store: Executor): Promise<Agreement[]> {
  return (await store.all(listAgreedAgreements, {})).map(agreementOf);
}

/** It was done, or turned out to be impossible; false when it did not wait for it any more. */
export async function settleAgreement(tx: Executor, id: string, outcome: "done" | "refused", now: number): Promise<boolean> {
  const row = await tx.get(findAgreement, { id });
  if (row === undefined) return false;
  const consents = { issuer_consent: row.issuer_consent, redeemer_consent: row.redeemer_consent };
  if ((await tx.run(advanceAgreement, { id, from: "agreed", state: outcome, ...consents })) === 0) return false;
  await record(tx, `people.${row.kind}-${outcome}`, { agreement: id }, now);
  return true;
}
