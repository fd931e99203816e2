import type { Channel, ChannelLog, RenderedPart } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Delivery } from "../domain/delivery.ts";
import { isContinuoError } from "../domain/errors.ts";
import type { Probe } from "../domain/probe.ts";
import type { Store } from "../store/store.ts";
import { dropDraft } from "../store/statements/drop-draft.ts";
import { dropRendered } from "../store/statements/drop-rendered.ts";
import { advanceDelivery } from "../store/statements/advance-delivery.ts";
import { keep } from "./keep.ts";
import { partsOf } from "./rendered.ts";

export interface SendParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly probe: Probe;
  readonly log: ChannelLog;
}

interface Reached {
  readonly id: string;
  readonly state: string;
  readonly sent_parts: number;
  readonly receipts: string;
  readonly settled_at: number | null;
}

/**
 * Sends what is not there yet, part by part, and records each part as soon as the platform has it. A reply
 * that was streamed by edits completes its own message instead of sending a second one.
 */
export async function sendDelivery(parts: SendParts, channel: Channel, delivery: Delivery, signal: AbortSignal): Promise<void> {
  const { parts: rendered, kept } = await partsOf(parts.store, channel, delivery);
  const receipts = [...delivery.receipts];
  for (let index = delivery.sentParts; index < rendered.length; index++) {
    const part = rendered[index];
    if (!part) continue;
    parts.probe("before-send", delivery);
    receipts.push(await sendPart(parts, channel, delivery, part, index, signal));
    parts.probe("after-send", delivery);
    const isLast = index === rendered.length - 1;
    const reached = {
      id: delivery.id,
      state: isLast ? "sent" : "sending",
      sent_parts: index + 1,
      receipts: JSON.stringify(receipts),
      settled_at: isLast ? parts.clock.now() : null,
    };
    await keep(parts.log, signal, () => (isLast && kept ? settleKept(parts.store, delivery, reached) : parts.store.run(advanceDelivery, reached)));
  }
}

function settleKept(store: Store, { id, sessionKey }: Delivery, reached: Reached): Promise<unknown> {
  return store.transaction(async (tx) => {
    await tx.run(advanceDelivery, reached);
    await tx.run(dropRendered, { delivery_id: id });
  }, sessionKey);
}

async function sendPart(parts: SendParts, channel: Channel, delivery: Delivery, part: RenderedPart, index: number, signal: AbortSignal): Promise<string> {
  const { address, draft } = delivery;
  if (index === 0 && draft !== null && channel.edits) {
    try {
      await channel.edits.edit(address, draft, part, signal);
      return draft;
    } catch (error) {
      // The draft is gone (deleted in the chat): the answer still has to arrive.
      if (!isContinuoError(error) || error.code !== "CHANNEL_REJECTED") throw error;
      // Said before it is sent: an edit may be repeated after a crash, a message may not.
      await parts.store.run(dropDraft, { id: delivery.id });
    }
  }
  const replyTo = index === 0 ? delivery.replyTo : null;
  const receipt = await channel.send({ address, part, replyTo, nonce: `${delivery.id}-${index}` }, signal);
  return receipt.messageId;
}
