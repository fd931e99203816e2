import { ContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import type { Language } from "../domain/language.ts";
import type { TurnState } from "../domain/journey.ts";
import type { TurnResult } from "../domain/turn.ts";
import { finishBatch } from "../inbox/batch.ts";
import { hasHeld } from "../outbox/held.ts";
import { enqueueDelivery } from "../outbox/enqueue.ts";
import { markAllRead } from "../sessions/reads.ts";
import { appendEntries, recordReply, type NewEntry } from "../sessions/transcript.ts";
import type { Executor, Store } from "../store/store.ts";
import { findTurn } from "../store/statements/find-turn.ts";
import { finishTurn } from "../store/statements/finish-turn.ts";
import { releaseTurn } from "../store/statements/release-turn.ts";
import { failureText, say } from "../texts/index.ts";
import { recordUsage, type BudgetSettings } from "./budget.ts";
import type { ClaimedTurn } from "./claim.ts";
import type { Told } from "./commands/asked.ts";

export interface CommitParts {
  readonly store: Store;
  readonly ids: Ids;
  /** Puts a line for the owner on its way to where they wrote last, if that is known. */
  tellOwner(tx: Executor, agentId: string, said: Told): Promise<void>;
}

/** What a turn ends with: what goes into the transcript, and what its sender is told. */
export interface TurnEnd {
  readonly state: Exclude<TurnState, "running">;
  readonly answer: Pick<NewEntry, "text" | "model" | "usage" | "stopReason"> | null;
  /** Sent to where the message came from; null sends nothing. */
  readonly say: string | null;
  readonly error: string | null;
  /** Why what is said waits for the owner's word (law 5); null lets it go. */
  readonly held: string | null;
  /** Lines under the answer that are said and not kept. */
  readonly footer?: string;
}

/** A result as an end: a partial answer that was already seen is kept and marked as cut off. */
export function endOf(result: TurnResult, language: Language): TurnEnd {
  switch (result.kind) {
    case "answered": {
      const { text, model, usage, stopReason } = result;
      return { state: "committed", answer: { text, model, usage, stopReason }, say: text, error: null, held: null };
    }
    case "aborted": {
      const timedOut = result.reason === "timeout";
      const told = timedOut ? say(language, "turn.timeout") : null;
      return { state: "aborted", answer: partial(result.text, "aborted"), say: told, error: timedOut ? "MODEL_TIMEOUT" : "TURN_ABORTED", held: null };
    }
    case "failed": {
      const { error } = result;
      return { state: "failed", answer: partial(result.text, "error"), say: failureText(language, error), error: `${error.code}: ${error.message}`, held: null };
    }
  }
}

function partial(text: string, stopReason: string): TurnEnd["answer"] {
  return text.trim() === "" ? null : { text, model: null, usage: null, stopReason };
}

/**
 * One transaction: the transcript, the usage, the end of the turn and of its items, and the reply on its way.
 * A holder that has lost the turn gets STORE_FENCED and leaves nothing behind.
 */
export async function commitTurn(
  parts: CommitParts & { readonly settings: BudgetSettings },
  claimed: ClaimedTurn,
  end: TurnEnd,
  draft: string | null,
  now: number,
): Promise<{ readonly delivering: boolean }> {
  const { turn } = claimed;
  return parts.store.transaction(async (tx) => {
    const params = { id: turn.id, fence: turn.fence, state: end.state, ended_at: now, error: end.error };
    if ((await tx.run(finishTurn, params)) === 0) {
      const now = await tx.get(findTurn, { id: turn.id });
      // It was committed before, and the connection broke before that was heard.
      if (now !== undefined && now.fence === turn.fence && now.state === end.state) return { delivering: true };
      throw new ContinuoError("STORE_FENCED", "Another worker has taken this turn over.", { fields: { turnId: turn.id } });
    }
    if (end.answer) await appendAnswer(parts, tx, claimed, end.answer, now);
    await recordReply(tx, turn.sessionKey, end.answer?.model ?? null, now);
    if (claimed.reader !== null) await markAllRead(tx, claimed.reader, turn.sessionId, now);
    await finishBatch(tx, turn.id);
    await recordUsage(parts.settings, tx, turn, { answer: end.answer, refused: claimed.refused !== null }, now);
    const { sessionKey, reply, id: turnId } = turn;
    if (end.held !== null && !(await hasHeld(tx, sessionKey))) {
      const reason = end.held;
      await parts.tellOwner(tx, turn.agentId, (theirs) => theirs("turn.held-owner", { reason }));
      await enqueueDelivery(tx, { turnId: null, sessionKey, reply, text: say(claimed.language, "turn.held"), draft: null, held: null }, parts.ids, now);
    }
    const delivery = { turnId, sessionKey, reply, text: end.say ?? "", draft, held: end.held };
    return { delivering: (await enqueueDelivery(tx, delivery, parts.ids, now)) !== null };
  }, turn.sessionKey);
}

async function appendAnswer(
  parts: CommitParts,
  tx: Executor,
  claimed: ClaimedTurn,
  answer: NonNullable<TurnEnd["answer"]>,
  now: number,
): Promise<void> {
  const { turn } = claimed;
  const { address, audience } = turn.reply;
  const from = { senderId: turn.agentId, senderName: null, person: null, address, audience };
  const target = { key: turn.sessionKey, sessionId: turn.sessionId };
  await appendEntries(tx, target, [{ ...answer, role: "assistant", at: now, turnId: turn.id, from }], parts.ids);
}

/** Hands a turn back unfinished; whoever claims next runs it again as the same attempt. */
export async function handBack(parts: CommitParts, claimed: ClaimedTurn): Promise<void> {
  const { id, fence, attempt } = claimed.turn;
  await parts.store.run(releaseTurn, { id, fence, attempt: attempt - 1 });
}
