import { sameAddress } from "../domain/address.ts";
import { ContinuoError } from "../domain/errors.ts";
import { isSteering } from "../domain/queue.ts";
import type { InboxItem, Turn } from "../domain/turn.ts";
import { claimMore, joiningItems, waitingItems } from "../inbox/batch.ts";
import { sameSpeaker } from "../inbox/queue.ts";
import type { Store } from "../store/store.ts";
import { findSession } from "../store/statements/find-session.ts";
import { joinTurn } from "../store/statements/join-turn.ts";
import type { ClaimedTurn } from "./claim.ts";
import { appendJoined, type QuestionParts } from "./questions.ts";

export interface JoinParts extends QuestionParts {
  readonly store: Store;
}

/** What arrived for a turn that runs: what may join it, and whether its sender wants it to end. */
export async function arrivals(parts: JoinParts, { turn, queue }: ClaimedTurn): Promise<{ readonly joins: boolean; readonly interrupts: boolean }> {
  const [asked] = turn.items;
  if (!asked) return { joins: false, interrupts: false };
  if (isSteering(queue)) return { joins: (await joiningItems(parts.store, turn, 1)).length > 0, interrupts: false };
  const waiting = queue.mode === "interrupt" ? await waitingItems(parts.store, turn.sessionKey, queue.cap) : [];
  return { joins: false, interrupts: waiting.some((item) => item.command === null && sameSpeaker(item, asked)) };
}

/** A reply answers the newest message of its turn; one that goes elsewhere answers none by its id. */
function replyOf(turn: Turn, last: InboxItem): Turn["reply"] {
  return sameAddress(turn.reply.address, last.message.address) ? { ...turn.reply, replyTo: last.message.messageId } : turn.reply;
}

/**
 * At a boundary of a running turn (before its model has said anything; later, between a tool's result and the next
 * request) takes in what its sender has said meanwhile, where the session's queue says so (spec 12.2, `steer`). Claimed
 * and in the transcript in one fenced transaction, so that whoever takes the turn over sees it too. Null: nothing joined.
 * Throws STORE_FENCED when another worker has the turn.
 */
export async function joinWaiting(parts: JoinParts, claimed: ClaimedTurn): Promise<{ readonly claimed: ClaimedTurn; readonly joined: readonly InboxItem[] } | null> {
  const { turn, queue } = claimed;
  if (!isSteering(queue)) return null;
  return parts.store.transaction(async (tx) => {
    const joined = await joiningItems(tx, turn, queue.cap);
    const last = joined.at(-1);
    if (!last) return null;
    const reply = replyOf(turn, last);
    if ((await tx.run(joinTurn, { id: turn.id, fence: turn.fence, reply_to: reply.replyTo })) === 0) {
      throw new ContinuoError("STORE_FENCED", "Another worker has taken this turn over.", { fields: { turnId: turn.id } });
    }
    await claimMore(tx, turn, last);
    const session = await tx.get(findSession, { key: turn.sessionKey });
    const place = { key: turn.sessionKey, sessionId: turn.sessionId, audience: session?.audience ?? last.audience };
    await appendJoined(parts, tx, { ...turn, items: joined }, place);
    return { joined, claimed: { ...claimed, turn: { ...turn, reply, items: [...turn.items, ...joined] } } };
  }, turn.sessionKey);
}
