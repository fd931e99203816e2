/**
 * claim that threw -> counted -> given up: failed with its reason, its sender told, the session goes on
 *
 * A claim is one transaction: what throws in it would throw again for ever, and nothing behind it in its session would be
 * answered. The count is in the store, so that neither a restart nor another gateway begins it anew.
 */
import { ContinuoError, toContinuoError } from "../domain/errors.ts";
import { countSetback, giveItemUp, routeToSender } from "../inbox/setbacks.ts";
import { failureText } from "../texts/index.ts";
import { languageOfPeer } from "../sessions/language.ts";
import type { ReplyRoute } from "../domain/route.ts";
import { enqueueDelivery } from "../outbox/enqueue.ts";
import { toAddress } from "../store/rows.ts";
import type { Executor } from "../store/store.ts";
import type { InboxRow, TurnRow } from "../store/tables.ts";
import { findRunningTurn } from "../store/statements/find-running-turn.ts";
import { findSession } from "../store/statements/find-session.ts";
import { finishTurn } from "../store/statements/finish-turn.ts";
import { listClaimedItems } from "../store/statements/list-claimed-items.ts";
import { listQueuedItems } from "../store/statements/list-queued-items.ts";
import { claimTurn, type Claim } from "./claim.ts";
import type { WorkerParts } from "./lane.ts";

/** The store's own trouble passes, or is the owner's to mend: no message is to blame for it. */
function isPoison(error: ContinuoError): boolean {
  return !error.code.startsWith("STORE_") && !error.code.startsWith("STATE_");
}

/** Takes the session's next turn; what cannot be taken at all is given up, and the next one tried. */
export async function claimNext(parts: WorkerParts, sessionKey: string): Promise<Claim> {
  for (;;) {
    try {
      return await parts.store.transaction((tx) => claimTurn(parts, tx, sessionKey, parts.clock.now()), sessionKey);
    } catch (thrown) {
      const error = toContinuoError(thrown);
      if (!isPoison(error) || !(await giveUp(parts, sessionKey, error))) throw thrown;
      parts.log.error({ sessionKey, code: error.code, err: thrown }, "a message could not be taken by a turn and was given up");
    }
  }
}

interface Blamed {
  /** What the tries are counted under. */
  readonly id: string;
  readonly rows: readonly InboxRow[];
  readonly turn: TurnRow | null;
  readonly reply: ReplyRoute;
}

/** What the claim would have taken: a turn whose holder is gone, else the oldest that waits. Null: somebody else has it by now. */
async function blamed(parts: WorkerParts, tx: Executor, sessionKey: string, error: ContinuoError, now: number): Promise<Blamed | null> {
  const turn = (await tx.get(findRunningTurn, { session_key: sessionKey })) ?? null;
  if (turn !== null && turn.lease_until > now && turn.holder !== parts.tenure.holder) return null;
  const all = turn === null ? await tx.all(listQueuedItems, { session_key: sessionKey, after: 0, limit: 1 }) : await tx.all(listClaimedItems, { turn_id: turn.id });
  // One that cannot be read is alone in that: what came with it goes on.
  const named = all.filter(({ id }) => id === error.fields["itemId"]);
  const rows = named.length > 0 ? named : all;
  const ended = rows.length === all.length ? turn : null;
  const [first] = rows;
  if (first !== undefined) return { id: first.id, rows, turn: ended, reply: routeToSender(first) };
  return ended && { id: ended.id, rows, turn: ended, reply: { address: toAddress(ended), audience: ended.audience, peer: "", replyTo: ended.reply_to } };
}

interface GivenUp {
  readonly rows: readonly InboxRow[];
  readonly turnId: string | null;
  readonly sessionId: string;
  readonly text: string;
}

/** False: it may be tried again. */
async function giveUp(parts: WorkerParts, sessionKey: string, thrown: ContinuoError): Promise<boolean> {
  const now = parts.clock.now();
  const ended = await parts.store.transaction((tx) => endPoison(parts, tx, sessionKey, thrown, now), sessionKey);
  if (ended === null) return false;
  const { turnId, sessionId, text } = ended;
  for (const row of ended.rows) {
    parts.emit({ kind: "failed", turnId: turnId ?? row.id, runIds: [row.run_id], sessionKey, sessionId, agentId: row.agent_id, at: now, text });
  }
  parts.onDelivery();
  return true;
}

async function endPoison(parts: WorkerParts, tx: Executor, sessionKey: string, thrown: ContinuoError, now: number): Promise<GivenUp | null> {
  const found = await blamed(parts, tx, sessionKey, thrown, now);
  if (found === null) return null;
  const { rows, turn, reply } = found;
  const isUnreadable = thrown.code === "INBOX_UNREADABLE";
  const tries = await countSetback(tx, found.id, thrown, now);
  if (!isUnreadable && tries < parts.settings.maxAttempts()) return null;
  const error = isUnreadable ? thrown : gaveUp(tries, thrown);
  const language = await languageOfPeer(tx, { channel: reply.address.channel, peer: rows[0]?.sender_id ?? "" });
  const text = failureText(language, error);
  for (const row of rows) await giveItemUp(tx, row, error, now);
  if (turn) await tx.run(finishTurn, { id: turn.id, fence: turn.fence, state: "failed", ended_at: now, error: `${error.code}: ${error.message}` });
  await enqueueDelivery(tx, { turnId: turn?.id ?? null, sessionKey, reply, text, draft: turn?.draft ?? null, held: null }, parts.ids, now);
  const sessionId = (await tx.get(findSession, { key: sessionKey }))?.session_id ?? "";
  return { rows, turnId: turn?.id ?? null, sessionId, text };
}

function gaveUp(tries: number, cause: ContinuoError): ContinuoError {
  const times = tries === 1 ? "once" : `${tries} times`;
  return new ContinuoError("TURN_GAVE_UP", `This message could not be answered: taking it up failed ${times}.`, { cause, fields: { attempts: tries } });
}
