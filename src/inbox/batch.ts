import { sameAddress } from "../domain/address.ts";
import type { InboxItem } from "../domain/turn.ts";
import type { Executor } from "../store/store.ts";
import { toInboxItem } from "../store/rows.ts";
import { claimQueuedItems } from "../store/statements/claim-queued-items.ts";
import { finishClaimedItems } from "../store/statements/finish-claimed-items.ts";
import { listClaimedItems } from "../store/statements/list-claimed-items.ts";
import { listQueuedItems } from "../store/statements/list-queued-items.ts";

/** Items may share a turn when one reply can answer them all: same place, same sender (spec 12.4). */
function together(first: InboxItem, next: InboxItem): boolean {
  return (
    sameAddress(first.message.address, next.message.address) &&
    first.message.sender.id === next.message.sender.id &&
    first.audience === next.audience &&
    next.command === null
  );
}

function firstBatch(items: readonly InboxItem[]): InboxItem[] {
  const first = items[0];
  if (!first) return [];
  if (first.command !== null) return [first];
  const end = items.findIndex((item) => !together(first, item));
  return items.slice(0, end === -1 ? items.length : end);
}

/** Gives the oldest waiting items that belong together to a turn; a command is a batch of its own. */
export async function takeBatch(
  tx: Executor,
  sessionKey: string,
  turnId: string,
  limit: number,
): Promise<{ readonly items: InboxItem[]; readonly more: boolean }> {
  const rows = await tx.all(listQueuedItems, { session_key: sessionKey, limit });
  const batch = firstBatch(rows.map(toInboxItem));
  const last = batch.at(-1);
  if (last) await tx.run(claimQueuedItems, { session_key: sessionKey, through: last.seq, turn_id: turnId });
  return { items: batch, more: rows.length > batch.length || rows.length === limit };
}

export async function readBatch(tx: Executor, turnId: string): Promise<InboxItem[]> {
  return (await tx.all(listClaimedItems, { turn_id: turnId })).map(toInboxItem);
}

export async function finishBatch(tx: Executor, turnId: string): Promise<void> {
  await tx.run(finishClaimedItems, { turn_id: turnId });
}
