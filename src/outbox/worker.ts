/**
 * committed reply -> due -> marked as being sent -> sent -> settled | put back with a later time | failed
 *
 * 1. What goes to one address goes in order; addresses never wait for each other.
 * 2. Before a platform call the store says that it is under way; a death in that window is labelled, not guessed.
 * 3. A failure is tried again with growing pauses, up to a cap; then it is visible as failed.
 * 4. Nothing here decides where a reply goes: that came with the turn (law 5).
 */
import type { Address } from "../domain/address.ts";
import type { Channel, ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Delivery } from "../domain/delivery.ts";
import { ContinuoError, toContinuoError } from "../domain/errors.ts";
import type { Probe } from "../domain/probe.ts";
import { toDelivery } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { beginDelivery } from "../store/statements/begin-delivery.ts";
import { listPendingDeliveries } from "../store/statements/list-pending-deliveries.ts";
import { postponeDelivery } from "../store/statements/postpone-delivery.ts";
import { requeueInterruptedEdits } from "../store/statements/requeue-interrupted-edits.ts";
import { settleInterruptedDeliveries } from "../store/statements/settle-interrupted-deliveries.ts";
import { backoffMs, MAX_ATTEMPTS } from "./backoff.ts";
import { createLanes } from "./lanes.ts";
import { sendDelivery } from "./send.ts";

export interface OutboxParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly probe: Probe;
  readonly log: ChannelLog;
  random(): number;
  channel(address: Address, sessionKey: string): Channel | null;
}

export interface OutboxWorker {
  /** Something new may be due. */
  wake(): void;
  /** Settles what a dead gateway left under way, then sends what waits. */
  start(onUnknown: "hold" | "resend"): Promise<void>;
  /** Lets platform calls under way end (for `graceMs` at most), begins no others. */
  stop(graceMs: number): Promise<void>;
}

const PAGE = 500;

export function createOutboxWorker(parts: OutboxParts): OutboxWorker {
  const abort = new AbortController();
  const lanes = createLanes({
    now: () => parts.clock.now(),
    load: async (after) => (await parts.store.all(listPendingDeliveries, { after, limit: PAGE })).map(toDelivery),
    process: (delivery) => attempt(parts, delivery, abort.signal),
    onError: (error) => parts.log.error({ err: error }, "the outbox could not be read"),
  });
  return {
    wake: lanes.wake,
    async start(onUnknown) {
      await parts.store.run(requeueInterruptedEdits, {});
      const interrupted = await parts.store.run(settleInterruptedDeliveries, {
        state: onUnknown === "resend" ? "pending" : "unknown",
        error: "the gateway ended while this was being sent; it may or may not have arrived",
      });
      if (interrupted > 0) parts.log.warn({ interrupted, onUnknown }, "replies were under way when the gateway last ended");
      lanes.wake();
    },
    async stop(graceMs) {
      const timer = setTimeout(() => abort.abort(), graceMs);
      await lanes.stop();
      clearTimeout(timer);
    },
  };
}

async function attempt(parts: OutboxParts, delivery: Delivery, signal: AbortSignal): Promise<void> {
  const attempts = delivery.attempts + 1;
  const begun = await parts.store.run(beginDelivery, { id: delivery.id, attempts });
  if (begun === 0) return;
  try {
    const channel = parts.channel(delivery.address, delivery.sessionKey);
    // It may be on its way back (a reload, a mistake in the configuration): the reply waits for it.
    if (!channel) throw new ContinuoError("CHANNEL_UNAVAILABLE", `The channel ${delivery.address.channel} is not running.`);
    await sendDelivery(parts, channel, delivery, signal);
  } catch (thrown) {
    await postpone(parts, delivery, attempts, toContinuoError(thrown));
  }
}

/** What would be tried again, had it not been tried often enough; it keeps the words of the last attempt. */
function givenUp(last: ContinuoError, attempts: number): ContinuoError {
  return new ContinuoError("OUTBOX_GAVE_UP", `Given up after ${attempts} attempts; the last ended with ${last.code}: ${last.message}`, { cause: last });
}

async function postpone(parts: OutboxParts, delivery: Delivery, attempts: number, failure: ContinuoError): Promise<void> {
  const now = parts.clock.now();
  const again = failure.retryable && attempts < MAX_ATTEMPTS;
  const due = now + backoffMs(attempts, failure.retryAfterMs, parts.random());
  const error = failure.retryable && !again ? givenUp(failure, attempts) : failure;
  await parts.store.run(postponeDelivery, {
    id: delivery.id,
    state: again ? "pending" : "failed",
    due_at: again ? due : delivery.dueAt,
    error: `${error.code}: ${error.message}`,
    settled_at: again ? null : now,
  });
  const fields = { deliveryId: delivery.id, channel: delivery.address.channel, attempts, code: error.code, err: error.cause };
  if (again) parts.log.warn({ ...fields, retryInMs: due - now }, "a reply could not be delivered yet");
  else parts.log.error(fields, "a reply could not be delivered");
}
