import { sameAddress } from "../domain/address.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { InboxItem } from "../domain/turn.ts";
import type { Executor } from "../store/store.ts";
import { parseStored, toInboxItem } from "../store/rows.ts";
import type { InboxRow } from "../store/tables.ts";
import { claimQueuedItems } from "../store/statements/claim-queued-items.ts";
import { finishClaimedItems } from "../store/statements/finish-claimed-items.ts";
import { listClaimedItems } from "../store/statements/list-claimed-items.ts";
import { listQueuedItems } from "../store/statements/list-queued-items.ts";

/** Throws INBOX_UNREADABLE, which names the item. */
function readItem(row: InboxRow): InboxItem {
  const stored = parseStored(row);
  if (stored !== null) return toInboxItem(row, stored);
  throw new ContinuoError("INBOX_UNREADABLE", "Your message could not be read back from where it was kept.", { fields: { itemId: row.id } });
}

/** What can be read before the first that cannot, which is alone when its turn comes. */
function readUntilBroken(rows: readonly InboxRow[]): InboxItem[] {
  const items: InboxItem[] = [];
  for (const row of rows) {
    try {
      items.push(readItem(row));
    } catch (error) {
      if (items.length === 0) throw error;
      return items;
    }
  }
  return items;
}

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
  const batch = firstBatch(readUntilBroken(rows));
  const last = batch.at(-1);
  if (last) await tx.run(claimQueuedItems, { session_key: sessionKey, through: last.seq, turn_id: turnId });
  return { items: batch, more: rows.length > batch.length || rows.length === limit };
}

export async function readBatch(tx: Executor, turnId: string): Promise<InboxItem[]> {
  return (await tx.all(listClaimedItems, { turn_id: turnId })).map(readItem);
}

export async function finishBatch(tx: Executor, turnId: string): Promise<void> {
  await tx.run(finishClaimedItems, { turn_id: turnId });
}
