import { upsertApproval } from "../store/statements/upsert-approval.ts";
import type { Executor } from "../store/store.ts";
import { record } from "./ledger.ts";

/** Somebody whom another gateway had let in by a code may write here too, in their direct chat. */
export async function approveImported(tx: Executor, { channel, account, senderId }: { readonly channel: string; readonly account: string; readonly senderId: string }, now: number): Promise<void> {
  await tx.run(upsertApproval, { channel, account, sender_id: senderId, surface: "dm", approved_at: now, approved_by: "openclaw" });
  await record(tx, "people.imported-approved", { channel, account, senderId }, now);
}
