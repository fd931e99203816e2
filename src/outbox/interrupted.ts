import { listInterruptedChannels } from "../store/statements/list-interrupted-channels.ts";
import { requeueInterruptedDeliveries } from "../store/statements/requeue-interrupted-deliveries.ts";
import { requeueInterruptedEdits } from "../store/statements/requeue-interrupted-edits.ts";
import { settleInterruptedDeliveries } from "../store/statements/settle-interrupted-deliveries.ts";
import type { OutboxParts } from "./parts.ts";

/**
 * What a dead gateway left under way, in one channel or (null) in all: it goes on where a repetition does no harm (the completion of a draft; a
 * platform that tells one by its nonce), and elsewhere is labelled, or sent again where the owner wants that. Resolves to
 * how many those were.
 */
export async function settleInterrupted(parts: OutboxParts, channel: string | null, onUnknown: "hold" | "resend"): Promise<number> {
  const { store } = parts;
  await store.run(requeueInterruptedEdits, { channel });
  const concerned = channel === null ? await store.all(listInterruptedChannels, {}) : [{ channel }];
  for (const { channel: name } of concerned) {
    const platform = parts.channel({ channel: name, account: "", chat: "", thread: null }, "");
    if (platform?.repeats === "deduplicated") await store.run(requeueInterruptedDeliveries, { channel: name });
  }
  return store.run(settleInterruptedDeliveries, {
    channel,
    state: onUnknown === "resend" ? "pending" : "unknown",
    error: "the gateway ended while this was being sent; it may or may not have arrived",
  });
}
