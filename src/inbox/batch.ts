import { sameAddress } from "../domain/address.ts";
import { ContinuoError } from "../domain/errors.ts";
import { isSteering, type QueuePolicy } from "../domain/queue.ts";
import type { InboxItem } from "../domain/turn.ts";
import type { Executor } from "../store/store.ts";
import { parseStored, toInboxItem } from "../store/rows.ts";
import type { InboxRow } from "../store/tables.ts";
import { claimQueuedItems } from "../store/statements/claim-queued-items.ts";
import { finishClaimedItems } from "../store/statements/finish-claimed-items.ts";
import { listClaimedItems } from "../store/statements/list-claimed-items.ts";
import { listDroppingItems } from "../store/statements/list-dropping-items.ts";
import { listQueuedItems } from "../store/statements/list-queued-items.ts";
import { settleDroppedItems } from "../store/statements/settle-dropped-items.ts";

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
export function together(first: InboxItem, next: InboxItem): boolean {
  return (
    sameAddress(first.message.address, next.message.address) &&
    first.message.sender.id === next.message.sender.id &&
    first.audience === next.audience &&
    first.origin === next.origin &&
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

export interface Batch {
  /** What the turn answers; empty when it only writes down what was dropped. */
  readonly items: readonly InboxItem[];
  /** What waited and is not answered by itself: it goes into the transcript with this turn (spec 12.3). */
  readonly dropped: readonly InboxItem[];
  /** More may be waiting behind it. */
  readonly more: boolean;
}

/** How many dropped messages one turn writes down; a flood of them takes several. */
const DROPPED_PAGE = 200;

/** How many waiting messages one turn may take: all that belong together, or one at a time. */
function limitOf(policy: QueuePolicy): number {
  return policy.mode === "collect" || isSteering(policy) ? policy.cap : 1;
}

/**
 * Gives the oldest waiting items that belong together to a turn; a command is a batch of its own. What was dropped before
 * its last item is written down with it, so that the transcript keeps the order of acceptance and ends with what is asked.
 */
export async function takeBatch(tx: Executor, sessionKey: string, turnId: string, policyOf: (first: InboxItem) => QueuePolicy): Promise<Batch> {
  const [first] = await tx.all(listQueuedItems, { session_key: sessionKey, after: 0, limit: 1 });
  const oldest = first && readItem(first);
  const limit = oldest === undefined ? 0 : limitOf(policyOf(oldest));
  const behind = oldest === undefined ? [] : await tx.all(listQueuedItems, { session_key: sessionKey, after: oldest.seq, limit });
  const items = first === undefined ? [] : firstBatch(readUntilBroken([first, ...behind].slice(0, limit)));
  const last = items.at(-1);
  const noted = await tx.all(listDroppingItems, { session_key: sessionKey, limit: DROPPED_PAGE });
  const earlier = oldest === undefined ? noted : noted.filter(({ seq }) => seq < oldest.seq);
  // A command acts on what came before it, and a flood is written down in several goes: the dropped ones alone come first.
  if (earlier.length > 0 && (oldest === undefined || oldest.command !== null || earlier.length === DROPPED_PAGE)) {
    const dropped = await settle(tx, sessionKey, turnId, earlier);
    if (dropped.length > 0) return { items: [], dropped, more: true };
  }
  if (!last) return { items, dropped: [], more: false };
  const among = noted.filter(({ seq }) => seq < last.seq);
  const dropped = await settle(tx, sessionKey, turnId, among);
  await tx.run(claimQueuedItems, { session_key: sessionKey, through: last.seq, turn_id: turnId });
  return { items, dropped, more: behind.length + 1 > items.length || noted.length > among.length };
}

/** Ends what was dropped; answers with what of it can be read. */
async function settle(tx: Executor, sessionKey: string, turnId: string, rows: readonly InboxRow[]): Promise<InboxItem[]> {
  const last = rows.at(-1);
  if (last) await tx.run(settleDroppedItems, { session_key: sessionKey, through: last.seq, turn_id: turnId });
  return readable(rows);
}

function readable(rows: readonly InboxRow[]): InboxItem[] {
  return rows.flatMap((row) => {
    const stored = parseStored(row);
    return stored === null ? [] : [toInboxItem(row, stored)];
  });
}

/**
 * The oldest waiting items, as long as they belong to a turn that runs: they join it. Nothing overtakes what somebody else
 * said before.
 */
export async function joiningItems(store: Executor, { items: [first], sessionKey }: { readonly items: readonly InboxItem[]; readonly sessionKey: string }, limit: number): Promise<InboxItem[]> {
  if (first === undefined || first.command !== null) return [];
  const rows = await store.all(listQueuedItems, { session_key: sessionKey, after: 0, limit });
  const broken = rows.findIndex((row) => parseStored(row) === null);
  const waiting = readable(broken === -1 ? rows : rows.slice(0, broken));
  const end = waiting.findIndex((item) => !together(first, item));
  return end === -1 ? waiting : waiting.slice(0, end);
}

/** What waits in a session and can be read, oldest first. */
export async function waitingItems(store: Executor, sessionKey: string, limit: number): Promise<InboxItem[]> {
  return readable(await store.all(listQueuedItems, { session_key: sessionKey, after: 0, limit }));
}

/** Gives a running turn the waiting items up to `last`. */
export async function claimMore(tx: Executor, turn: { readonly id: string; readonly sessionKey: string }, last: InboxItem): Promise<void> {
  await tx.run(claimQueuedItems, { session_key: turn.sessionKey, through: last.seq, turn_id: turn.id });
}

export async function readBatch(tx: Executor, turnId: string): Promise<InboxItem[]> {
  return (await tx.all(listClaimedItems, { turn_id: turnId })).map(readItem);
}

export async function finishBatch(tx: Executor, turnId: string): Promise<void> {
  await tx.run(finishClaimedItems, { turn_id: turnId });
}
