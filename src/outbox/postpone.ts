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

/** What becomes of a reply that may or may not have arrived: it is labelled, or sent once more. */
export type Uncertain = "hold" | "resend";

export interface FailedAttempt {
  readonly delivery: Delivery;
  readonly attempts: number;
  readonly failure: ContinuoError;
  readonly uncertain: Uncertain;
}

/** Whether it is put back to be tried again, or how it ends. */
function stateAfter({ attempts, failure, uncertain }: FailedAttempt, mostAttempts: number): "pending" | "failed" | "unknown" {
  const isUncertain = failure.code === "CHANNEL_UNCERTAIN";
  if (isUncertain && uncertain === "hold") return "unknown";
  return (failure.retryable || isUncertain) && attempts < mostAttempts ? "pending" : "failed";
}

/** Puts a delivery back with a later time (true), or ends it: as unknown, or given up; then it stays visible as that. */
export async function postpone(parts: OutboxParts, failed: FailedAttempt, signal: AbortSignal): Promise<boolean> {
  const { delivery, attempts, failure } = failed;
  const now = parts.clock.now();
  const budget = parts.retry();
  const state = stateAfter(failed, budget.attempts);
  const again = state === "pending";
  const due = now + backoffMs(budget, attempts, failure.retryAfterMs, parts.random());
  const error = failure.retryable && !again ? givenUp(failure, attempts) : failure;
  const params = {
    id: delivery.id,
    state,
    due_at: again ? due : delivery.dueAt,
    error: `${error.code}: ${error.message}`,
    settled_at: again ? null : now,
  };
  await keep(parts.log, signal, () => parts.store.run(postponeDelivery, params));
  const fields = { deliveryId: delivery.id, channel: delivery.address.channel, chat: delivery.address.chat, attempts, code: error.code, reason: error.message, err: error.cause };
  if (again) parts.log.warn({ ...fields, retryInMs: due - now }, "a reply could not be delivered yet");
  else if (state === "unknown") parts.log.warn(fields, "a reply may or may not have been delivered");
  else parts.log.error(fields, "a reply could not be delivered");
  return again;
}
