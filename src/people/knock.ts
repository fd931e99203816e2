import { findAgreementCode } from "../store/statements/find-agreement-code.ts";
import { listLiveAgreements } from "../store/statements/list-live-agreements.ts";
import type { Executor } from "../store/store.ts";
import { readParty } from "./agreements.ts";
import { readCode } from "./code.ts";
import { canonicalIdentity } from "./drafting.ts";
import { identityKey } from "./identity.ts";
import type { Party } from "./party.ts";
import { countTry, isExhausted } from "./tries.ts";

const MOST_WRONG = 5;

/**
 * Who gave the code that a stranger sends, so that it can be seen whether it opens a door at all. Wrong ones count
 * against the stranger as they do against everybody: five an hour, then null, whatever is sent.
 */
export async function knock(tx: Executor, typed: string, from: Party, now: number): Promise<Party | null> {
  const ref = identityKey({ ...from, ...(await canonicalIdentity(tx, from)) });
  if (await isExhausted(tx, ref, "link.wrong-code", MOST_WRONG, now)) return null;
  const row = await tx.get(findAgreementCode, { code: readCode(typed) });
  if (row?.state === "open" && now < row.expires_at) return readParty(row.issuer);
  await countTry(tx, ref, "link.wrong-code", now);
  return null;
}

/** Who waits for this account's yes or no, having given the code that it sent; null when nobody does. */
export async function awaitedBy(tx: Executor, from: Party, now: number): Promise<Party | null> {
  const ref = identityKey({ ...from, ...(await canonicalIdentity(tx, from)) });
  const row = (await tx.all(listLiveAgreements, { ref })).find(({ state, redeemer_ref }) => state === "redeemed" && redeemer_ref === ref);
  return row !== undefined && now < row.expires_at ? readParty(row.issuer) : null;
}
