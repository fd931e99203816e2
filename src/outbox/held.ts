import { ContinuoError } from "../domain/errors.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { Executor } from "../store/store.ts";
import { toDelivery } from "../store/rows.ts";
import { dropDelivery } from "../store/statements/drop-delivery.ts";
import { recordEvent } from "../store/ledger.ts";
import { findHold } from "../store/statements/find-hold.ts";
import { findSessionHold } from "../store/statements/find-session-hold.ts";
import { holdDelivery } from "../store/statements/hold-delivery.ts";
import { listDeliveries } from "../store/statements/list-deliveries.ts";
import { releaseDelivery } from "../store/statements/release-delivery.ts";
import { settleHold } from "../store/statements/settle-hold.ts";
import { upsertHold } from "../store/statements/upsert-hold.ts";
import type { OutboxParts } from "./parts.ts";

const UNSENT = ["held", "pending", "failed", "unknown"] as const;

/** Deliveries in one state, or all that are not sent, newest first; the error of a held one says why it waits. */
export async function listDeliveriesIn(store: Executor, state: Exclude<Delivery["state"], "sent" | "sending"> | "all", limit: number): Promise<Delivery[]> {
  const states = state === "all" ? UNSENT : [state];
  const found = await Promise.all(states.map((one) => store.all(listDeliveries, { state: one, limit })));
  return found.flat().map(toDelivery).toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}

/** Whether a reply of this session waits for the owner: they were asked then, and are not asked about each. */
export async function hasHeld(tx: Executor, sessionKey: string): Promise<boolean> {
  return (await tx.get(findSessionHold, { session_key: sessionKey })) !== undefined;
}

/** True when a delivery may not go to its address any more: it waits for the owner. What the owner has let go, goes. */
export async function holdBack(parts: OutboxParts, delivery: Delivery): Promise<boolean> {
  const reason = parts.guard(delivery);
  if (reason === null || ((await parts.store.get(findHold, { delivery_id: delivery.id }))?.released_at ?? null) !== null) return false;
  await parts.store.transaction(async (tx) => {
    await tx.run(upsertHold, { delivery_id: delivery.id, reason, since: parts.clock.now() });
    await tx.run(holdDelivery, { id: delivery.id });
  });
  parts.log.warn({ deliveryId: delivery.id, sessionKey: delivery.sessionKey }, "a reply waits for the owner: its chat is not whom it was meant for");
  return true;
}

const MOST_HELD = 1_000;
/** What the owner decides on: whether it may go at all, and whether to risk that it arrives twice. */
const WAITING = ["held", "unknown"] as const;

/** A reply that waits for the owner, by its id or by a beginning of it that no other has. Throws DELIVERY_UNKNOWN. */
export async function heldNamed(store: Executor, typed: string): Promise<string> {
  const waiting = await Promise.all(WAITING.map((state) => store.all(listDeliveries, { state, limit: MOST_HELD })));
  const alike = waiting.flat().filter(({ id }) => id.startsWith(typed.toLowerCase()));
  const [only] = alike;
  if (only === undefined || alike.length > 1) throw notWaiting(typed);
  return only.id;
}

function notWaiting(id: string): ContinuoError {
  return new ContinuoError("DELIVERY_UNKNOWN", `No reply ${id} waits for you.`, { fields: { id } });
}

/** The owner has looked at a reply that waits and lets it go. Throws DELIVERY_UNKNOWN. */
export async function releaseHeld(tx: Executor, id: string, now: number): Promise<void> {
  if ((await tx.run(releaseDelivery, { id, due_at: now })) === 0) throw notWaiting(id);
  await tx.run(settleHold, { delivery_id: id, released_at: now });
  await recordEvent(tx, { at: now, kind: "outbox.released", session_key: null, data: { id } });
}

/** The owner has looked at a reply that waits and does not want it sent. Throws DELIVERY_UNKNOWN. */
export async function dropHeld(tx: Executor, id: string, now: number): Promise<void> {
  if ((await tx.run(dropDelivery, { id, settled_at: now })) === 0) throw notWaiting(id);
  await recordEvent(tx, { at: now, kind: "outbox.dropped", session_key: null, data: { id } });
}
