/**
 * committed reply -> due -> guarded -> marked as being sent -> sent -> settled | put back with a later time | failed
 *
 * 1. What goes to one address goes in order; addresses never wait for each other.
 * 2. Before a platform call the store says that it is under way; a death in that window, or a connection that breaks
 *    before the answer, is repeated where the platform tells a repetition, and elsewhere labelled, not guessed.
 * 3. A failure is tried again with growing pauses, up to a cap; then it is visible as failed.
 * 4. Nothing here decides where a reply goes: that came with the turn (law 5). A chat that has come to belong to
 *    somebody else meanwhile gets nothing: its reply waits for the owner.
 */
import type { Address } from "../domain/address.ts";
import type { Delivery } from "../domain/delivery.ts";
import { ContinuoError, toContinuoError } from "../domain/errors.ts";
import { beginDelivery } from "../store/statements/begin-delivery.ts";
import { boundDeliveryWaits } from "../store/statements/bound-delivery-waits.ts";
import { takeBackDelivery } from "../store/statements/take-back-delivery.ts";
import { longestPause } from "./backoff.ts";
import { holdBack } from "./held.ts";
import { settleInterrupted } from "./interrupted.ts";
import { keep, NotKept } from "./keep.ts";
import { createLanes } from "./lanes.ts";
import type { OutboxParts } from "./parts.ts";
import { postpone, type Uncertain } from "./postpone.ts";
import { sendDelivery } from "./send.ts";
import { nextHead, waitingFor } from "./waiting.ts";

export interface OutboxWorker {
  /** Something new may be due: for this address, or for any. */
  wake(address?: Address): void;
  /**
   * Settles what a dead gateway left under way, then sends what waits. On a shared store that is done channel by channel,
   * by whoever comes to send there: `channel` names it, null means all.
   */
  takeUp(channel: string | null, onUnknown: Uncertain): Promise<void>;
  /** Lets platform calls under way end, and what was just asked for be sent, for `graceMs` at most; begins no others. */
  stop(graceMs: number): Promise<void>;
}

export function createOutboxWorker(parts: OutboxParts): OutboxWorker {
  const abort = new AbortController();
  let uncertain: Uncertain = "hold";
  const lanes = createLanes({
    now: () => parts.clock.now(),
    isOurs: ({ channel }) => parts.sends(channel),
    load: (address) => waitingFor(parts.store, address),
    nextHead: (after) => nextHead(parts.store, after),
    process: (delivery) => attempt(parts, delivery, uncertain, abort.signal),
    onError: (error) => parts.log.error({ err: error }, "the outbox could not be read"),
  });
  return {
    wake: lanes.wake,
    async takeUp(channel, onUnknown) {
      uncertain = onUnknown;
      const now = parts.clock.now();
      // Who was told by the platform to wait longer asks once more: a restart is rare, and a wait of hours is rarer.
      await parts.store.run(boundDeliveryWaits, { now, latest: now + longestPause(parts.retry()) });
      const interrupted = await settleInterrupted(parts, channel, onUnknown);
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

/**
 * Notes that a platform call is about to be made. False: the reply waits no longer, or it is another gateway's to send by now. A
 * note that may stand there though no call was made is taken back: nobody would be sending it.
 */
async function begin({ store, log, sends, handOver }: OutboxParts, { id, address }: Delivery, attempts: number, signal: AbortSignal): Promise<boolean> {
  const takeBack = (): Promise<number> => store.run(takeBackDelivery, { id, attempts });
  try {
    if ((await store.run(beginDelivery, { id, attempts })) === 0) return false;
  } catch (thrown) {
    // Whose note it is once another gateway sends there, nobody can tell.
    if (toContinuoError(thrown).code === "STORE_UNREACHABLE") await keep(log, signal, async () => (sends(address.channel) ? takeBack() : 0));
    throw thrown;
  }
  // The answer may have taken longer than the lease.
  if (sends(address.channel)) return true;
  await keep(log, signal, takeBack);
  handOver?.(address);
  return false;
}

/** False when the reply went back and its address has to wait for it. */
async function attempt(parts: OutboxParts, delivery: Delivery, uncertain: Uncertain, signal: AbortSignal): Promise<boolean> {
  if (await holdBack(parts, delivery)) return true;
  const attempts = delivery.attempts + 1;
  if (!(await begin(parts, delivery, attempts, signal))) return true;
  parts.probe("sending", delivery);
  const channel = parts.channel(delivery.address, delivery.sessionKey);
  try {
    // It may be on its way back (a reload, a mistake in the configuration): the reply waits for it.
    if (!channel) throw new ContinuoError("CHANNEL_UNAVAILABLE", `The channel ${delivery.address.channel} is not running.`);
    await sendDelivery(parts, channel, delivery, signal);
    parts.probe("delivered", delivery);
    return true;
  } catch (thrown) {
    // The platform has it, the store does not say so: it stays under way, and the next start labels it (2).
    if (thrown instanceof NotKept) throw thrown;
    const repeats = channel?.repeats === "deduplicated" ? "resend" : uncertain;
    const again = await postpone(parts, { delivery, attempts, failure: toContinuoError(thrown), uncertain: repeats }, signal);
    parts.probe("undelivered", delivery, again);
    return !again;
  }
}
