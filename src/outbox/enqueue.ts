import { isOperatorChannel } from "../domain/address.ts";
import type { Ids } from "../domain/ids.ts";
import type { ReplyRoute } from "../domain/route.ts";
import type { Executor } from "../store/store.ts";
import { upsertHold } from "../store/statements/upsert-hold.ts";
import { insertDelivery } from "../store/statements/insert-delivery.ts";
import { laneEnd } from "./waiting.ts";

export interface NewDelivery {
  readonly turnId: string | null;
  readonly sessionKey: string;
  readonly reply: ReplyRoute;
  readonly text: string;
  /** The platform's id of a partial reply that this one completes. */
  readonly draft: string | null;
  /** Why it waits for the owner's word (law 5); null lets it go. */
  readonly held: string | null;
}

/**
 * Puts a reply on its way, in the transaction that made it. Operator clients read transcripts by cursor:
 * for them the commit itself is the delivery, and nothing is put here. Answers with the delivery's id; null: there is none.
 */
export async function enqueueDelivery(tx: Executor, delivery: NewDelivery, ids: Ids, now: number): Promise<string | null> {
  const { address, audience, peer, replyTo } = delivery.reply;
  if (isOperatorChannel(address.channel) || delivery.text.trim() === "") return null;
  // The gateway that made what waits there may have a clock that is ahead of this one's.
  const id = ids.next(await laneEnd(tx, address));
  if (delivery.held !== null) await tx.run(upsertHold, { delivery_id: id, reason: delivery.held, since: now });
  await tx.run(insertDelivery, {
    id,
    turn_id: delivery.turnId,
    session_key: delivery.sessionKey,
    channel: address.channel,
    account: address.account,
    chat: address.chat,
    thread: address.thread,
    audience,
    peer,
    state: delivery.held === null ? "pending" : "held",
    reply_to: replyTo,
    text: delivery.text,
    due_at: now,
    draft: delivery.draft,
    created_at: now,
  });
  return id;
}
