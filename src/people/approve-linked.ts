import { answerPairing } from "../store/statements/answer-pairing.ts";
import { upsertApproval } from "../store/statements/upsert-approval.ts";
import type { Executor } from "../store/store.ts";
import { record } from "./ledger.ts";
import type { Party } from "./party.ts";

/** An account of the owner's may write from now on, in its direct chat: both of its sides have said whose it is. */
export async function approveLinked(tx: Executor, { channel, account, peer }: Party, now: number): Promise<void> {
  await tx.run(upsertApproval, { channel, account, sender_id: peer, surface: "dm", approved_at: now, approved_by: "code" });
  await tx.run(answerPairing, { channel, account, sender_id: peer });
  await record(tx, "people.linked-approved", { channel, account, senderId: peer }, now);
}
