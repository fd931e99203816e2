import type { Delivery } from "../domain/delivery.ts";
import { ContinuoError } from "../domain/errors.ts";
import { postponeDelivery } from "../store/statements/postpone-delivery.ts";
import { backoffMs } from "./backoff.ts";
import { keep } from "./keep.ts";
import type { OutboxParts } from "./parts.ts";

/** What would be tried again, had it not been tried often enough; it keeps the words of the last attempt. */
function givenUp(last: ContinuoError, attempts: number): ContinuoError {
  return new ContinuoError("OUTBOX_GAVE_UP", `Given up after ${attempts} attempts; the last ended with ${last.code}: ${last.message}`, { cause: last });
}

/** Puts a delivery back with a later time (true), or gives it up: then it stays visible as failed. */
export async function postpone(parts: OutboxParts, delivery: Delivery, attempts: number, failure: ContinuoError, signal: AbortSignal): Promise<boolean> {
  const now = parts.clock.now();
  const budget = parts.retry();
  const again = failure.retryable && attempts < budget.attempts;
  const due = now + backoffMs(budget, attempts, failure.retryAfterMs, parts.random());
  const error = failure.retryable && !again ? givenUp(failure, attempts) : failure;
  const params = {
    id: delivery.id,
    state: again ? "pending" : "failed",
    due_at: again ? due : delivery.dueAt,
    error: `${error.code}: ${error.message}`,
    settled_at: again ? null : now,
  };
  await keep(parts.log, signal, () => parts.store.run(postponeDelivery, params));
  const fields = { deliveryId: delivery.id, channel: delivery.address.channel, chat: delivery.address.chat, attempts, code: error.code, reason: error.message, err: error.cause };
  if (again) parts.log.warn({ ...fields, retryInMs: due - now }, "a reply could not be delivered yet");
  else parts.log.error(fields, "a reply could not be delivered");
  return again;
}
