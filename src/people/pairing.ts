import { ContinuoError } from "../domain/errors.ts";
import { countOpenPairings } from "../store/statements/count-open-pairings.ts";
import { deleteApproval } from "../store/statements/delete-approval.ts";
import { findPairing as findPairingRow } from "../store/statements/find-pairing.ts";
import { listOpenPairings } from "../store/statements/list-open-pairings.ts";
import { settlePairing } from "../store/statements/settle-pairing.ts";
import { upsertApproval } from "../store/statements/upsert-approval.ts";
import { upsertPairing } from "../store/statements/upsert-pairing.ts";
import type { Executor } from "../store/store.ts";
import type { PairingRow } from "../store/tables.ts";
import { drawCode, readCode, type Random } from "./code.ts";
import { record } from "./ledger.ts";

/** Approvals hold in a private chat only: nobody gets into a group by them (P38). */
const SURFACE = "dm";
const VALID_MS = 60 * 60_000;
const SILENT_AFTER_REFUSAL_MS = 24 * 60 * 60_000;
const MOST_OPEN = 3;

/** Somebody who may not speak yet and has written in a private chat. */
export interface Stranger {
  readonly channel: string;
  readonly account: string;
  readonly senderId: string;
  readonly senderName: string | null;
  readonly chat: string;
}

/** A request that waits for an answer. Times in ms. */
export interface PairingRequest extends Stranger {
  readonly code: string;
  readonly surface: "dm";
  readonly createdAt: number;
  readonly expiresAt: number;
}

function requestOf(row: PairingRow): PairingRequest {
  const { channel, account, code, chat } = row;
  return { channel, account, code, chat, surface: SURFACE, senderId: row.sender_id, senderName: row.sender_name, createdAt: row.created_at, expiresAt: row.expires_at };
}

function keyOf({ channel, account, senderId }: Pick<Stranger, "channel" | "account" | "senderId">) {
  return { channel, account, sender_id: senderId, surface: SURFACE };
}

/** A code that no other waiting request has, on any channel. */
async function freeCode(tx: Executor, random: Random, now: number): Promise<string> {
  const taken = new Set((await tx.all(listOpenPairings, { now })).map(({ code }) => code));
  for (;;) {
    const code = drawCode(random);
    if (!taken.has(code)) return code;
  }
}

/**
 * A stranger asks to be let in (spec 1.5): a code for an hour, three requests of an account at a time; who asks again
 * later asks with the same code. `notify`: tell them the code; that happens once ever (P38). Null: stay silent; there
 * are too many requests, or this one was refused within the last day, and nothing is stored.
 */
export async function requestPairing(tx: Executor, stranger: Stranger, random: Random, now: number): Promise<{ readonly code: string; readonly notify: boolean } | null> {
  if (stranger.senderId === "") return null;
  const known = await tx.get(findPairingRow, keyOf(stranger));
  // A refused request keeps silent until it runs out.
  if (known?.state === "rejected" && now < known.expires_at) return null;
  if (known?.state === "pending" && now < known.expires_at) return { code: known.code, notify: false };
  const open = await tx.get(countOpenPairings, { channel: stranger.channel, account: stranger.account, now });
  if (Number(open?.count ?? 0) >= MOST_OPEN) return null;
  const code = known?.state === "pending" ? known.code : await freeCode(tx, random, now);
  const { senderName, chat } = stranger;
  await tx.run(upsertPairing, { ...keyOf(stranger), code, sender_name: senderName, chat, created_at: now, expires_at: now + VALID_MS });
  await note(tx, "people.pairing-requested", stranger, {}, now);
  return { code, notify: known === undefined || known.notified === 0 };
}

function note(tx: Executor, kind: `people.${string}`, { channel, account, senderId }: Pick<Stranger, "channel" | "account" | "senderId">, more: Readonly<Record<string, unknown>>, now: number): Promise<void> {
  return record(tx, kind, { channel, account, senderId, surface: SURFACE, ...more }, now);
}

/** Requests that wait for an answer, oldest first: at most three for each account. */
export async function listPairings(store: Executor, now: number, channel: string | null = null): Promise<PairingRequest[]> {
  const rows = await store.all(listOpenPairings, { now });
  return rows.filter((row) => channel === null || row.channel === channel).map(requestOf);
}

function unknown(): ContinuoError {
  return new ContinuoError("PAIRING_UNKNOWN", "No request that still waits has this code.");
}

/** The request of a code as somebody typed it. Errors: PAIRING_UNKNOWN, also when it has run out or was answered. */
export async function findPairing(store: Executor, code: string, channel: string | null, now: number): Promise<PairingRequest> {
  const wanted = readCode(code);
  const request = (await listPairings(store, now, channel)).find((one) => one.code === wanted);
  if (request === undefined) throw unknown();
  return request;
}

async function settle(tx: Executor, request: PairingRequest, state: "approved" | "rejected", expiresAt: number, now: number): Promise<void> {
  if ((await tx.run(settlePairing, { ...keyOf(request), code: request.code, state, expires_at: expiresAt, now })) === 0) throw unknown();
}

/**
 * Lets the sender in: on this account, in private, nowhere else (P38). `by`: who said so, in words. The caller tells
 * the directory after the commit. Errors: PAIRING_UNKNOWN when the request was answered or has run out meanwhile.
 */
export async function approvePairing(tx: Executor, request: PairingRequest, by: string, now: number): Promise<void> {
  await settle(tx, request, "approved", now, now);
  await tx.run(upsertApproval, { ...keyOf(request), approved_at: now, approved_by: by });
  await note(tx, "people.pairing-approved", request, { by }, now);
}

/** Refuses the sender, who hears nothing of it and gets no new code for a day. Errors: as for `approvePairing`. */
export async function rejectPairing(tx: Executor, request: PairingRequest, by: string, now: number): Promise<void> {
  await settle(tx, request, "rejected", now + SILENT_AFTER_REFUSAL_MS, now);
  await note(tx, "people.pairing-rejected", request, { by }, now);
}

/** Takes an approval back; false when there was none. The caller tells the directory after the commit. */
export async function revokeApproval(tx: Executor, sender: Pick<Stranger, "channel" | "account" | "senderId">, by: string, now: number): Promise<boolean> {
  if ((await tx.run(deleteApproval, keyOf(sender))) === 0) return false;
  await note(tx, "people.approval-revoked", sender, { by }, now);
  return true;
}
