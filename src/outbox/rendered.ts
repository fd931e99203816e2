import type { Channel, RenderedPart } from "../domain/channel.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { Store } from "../store/store.ts";
import { findRendered } from "../store/statements/find-rendered.ts";
import { putRendered } from "../store/statements/put-rendered.ts";

export interface Parts {
  readonly parts: readonly RenderedPart[];
  /** They are in the store, to be dropped once they have arrived. */
  readonly kept: boolean;
}

/**
 * A reply's parts, cut once: whoever goes on with it, after a failure, a death, or a change of the channel's limits, sends
 * the parts that were begun with, each under the nonce that it had. A single part is cut anew where nobody counts on its nonce.
 */
export async function partsOf(store: Store, channel: Channel, delivery: Delivery): Promise<Parts> {
  const before = delivery.attempts === 0 ? undefined : await store.get(findRendered, { delivery_id: delivery.id });
  if (before) return { parts: JSON.parse(before.parts) as RenderedPart[], kept: true };
  const parts = channel.render(delivery.text);
  if (delivery.sentParts > 0 || (parts.length <= 1 && channel.repeats === "ambiguous")) return { parts, kept: false };
  await store.run(putRendered, { delivery_id: delivery.id, parts: JSON.stringify(parts) });
  return { parts, kept: true };
}
