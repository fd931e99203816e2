import type { Address } from "../domain/address.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { Executor } from "../store/store.ts";
import { toDelivery } from "../store/rows.ts";
import { findLaneEnd } from "../store/statements/find-lane-end.ts";
import { findNextChatHead } from "../store/statements/find-next-chat-head.ts";
import { findNextThreadHead } from "../store/statements/find-next-thread-head.ts";
import { listLaneDeliveries } from "../store/statements/list-lane-deliveries.ts";

/** What is read at once of what waits for one address. */
const PAGE = 20;

/** What waits for an address, in order, the first of it. */
export async function waitingFor(store: Executor, { channel, account, chat, thread }: Address): Promise<Delivery[]> {
  const rows = await store.all(listLaneDeliveries, { channel, account, chat, thread: thread ?? "", limit: PAGE });
  return rows.map(toDelivery);
}

/** The newest of what was committed for an address and is not there yet; null when it has everything. */
export async function laneEnd(store: Executor, { channel, account, chat, thread }: Address): Promise<string | null> {
  const rows = await store.all(findLaneEnd, { channel, account, chat, thread: thread ?? "" });
  return rows.flatMap(({ id }) => id ?? []).toSorted().at(-1) ?? null;
}

/** Whether an address has everything that was committed for it. */
export async function hasAll(store: Executor, address: Address): Promise<boolean> {
  return (await laneEnd(store, address)) === null;
}

const FIRST = { channel: "", account: "", chat: "" };

/** The head of the lane after this address, null for the first: a step costs the same whatever waits behind a head. */
export async function nextHead(store: Executor, after: Address | null): Promise<Delivery | null> {
  const beside = after === null ? undefined : await store.get(findNextThreadHead, { ...after, thread: after.thread ?? "" });
  const row = beside ?? (await store.get(findNextChatHead, after ?? FIRST));
  return row === undefined ? null : toDelivery(row);
}
