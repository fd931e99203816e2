import { ContinuoError } from "../domain/errors.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { Executor } from "../store/store.ts";
import { toDelivery } from "../store/rows.ts";
import { dropDelivery } from "../store/statements/drop-delivery.ts";
import { insertEvent } from "../store/statements/insert-event.ts";
import { listDeliveries } from "../store/statements/list-deliveries.ts";
import { releaseDelivery } from "../store/statements/release-delivery.ts";

const UNSENT = ["held", "pending", "failed", "unknown"] as const;

/** Deliveries in one state, or all that are not sent, newest first. */
export async function listDeliveriesIn(store: Executor, state: Exclude<Delivery["state"], "sent" | "sending"> | "all", limit: number): Promise<Delivery[]> {
  const states = state === "all" ? UNSENT : [state];
  const found = await Promise.all(states.map((one) => store.all(listDeliveries, { state: one, limit })));
  return found.flat().map(toDelivery).toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}

function notWaiting(id: string): ContinuoError {
  return new ContinuoError("DELIVERY_UNKNOWN", `No reply ${id} waits for you.`, { fields: { id } });
}

/** The owner has looked at a held reply and lets it go. Throws DELIVERY_UNKNOWN. */
export async function releaseHeld(tx: Executor, id: string, now: number): Promise<void> {
  if ((await tx.run(releaseDelivery, { id, due_at: now })) === 0) throw notWaiting(id);
  await tx.run(insertEvent, { at: now, kind: "outbox.released", session_key: null, data: JSON.stringify({ id }) });
}

/** The owner has looked at a held reply and does not want it sent. Throws DELIVERY_UNKNOWN. */
export async function dropHeld(tx: Executor, id: string, now: number): Promise<void> {
  if ((await tx.run(dropDelivery, { id, settled_at: now })) === 0) throw notWaiting(id);
  await tx.run(insertEvent, { at: now, kind: "outbox.dropped", session_key: null, data: JSON.stringify({ id }) });
}
