import type { Address } from "../domain/address.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { Executor } from "../store/store.ts";
import { toDelivery } from "../store/rows.ts";
import { findLaneSending } from "../store/statements/find-lane-sending.ts";
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

/** Whether an address has everything that was committed for it. */
export async function hasAll(store: Executor, { channel, account, chat, thread }: Address): Promise<boolean> {
  const lane = { channel, account, chat, thread: thread ?? "" };
  return (await store.get(listLaneDeliveries, { ...lane, limit: 1 })) === undefined && (await store.get(findLaneSending, lane)) === undefined;
}

const FIRST = { channel: "", account: "", chat: "" };

/** The head of the lane after this address, null for the first: a step costs the same whatever waits behind a head. */
export async function nextHead(store: Executor, after: Address | null): Promise<Delivery | null> {
  const beside = after === null ? undefined : await store.get(findNextThreadHead, { ...after, thread: after.thread ?? "" });
  const row = beside ?? (await store.get(findNextChatHead, after ?? FIRST));
  return row === undefined ? null : toDelivery(row);
}
