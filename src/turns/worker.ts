/**
 * waiting items -> claimed (lease) -> context -> agent -> committed (transcript, usage, reply on its way)
 *
 * 1. A session runs one turn at a time, in the order of acceptance; sessions never wait for each other, unless the
 *    configuration limits how many run at once: then people take turns.
 * 2. An idle session starts at once; what arrives during a run joins it, ends it or waits, as its queue says (A8).
 * 3. Recovery is the ordinary claim: a turn whose holder is gone is taken by whoever claims next.
 * 4. A stale holder's commit is refused by its fence and leaves nothing behind.
 * 5. Stopping hands back what runs; what was accepted is answered, or was told that it is not.
 */
import type { AbortReason } from "../agent/run.ts";
import { toContinuoError } from "../domain/errors.ts";
import { droppedNotice } from "../inbox/queue.ts";
import type { Claim, ClaimedTurn } from "./claim.ts";
import { collect } from "./collect.ts";
import { commitWhenPossible } from "./commit-when-possible.ts";
import { handBack } from "./commit.ts";
import { claimNext } from "./poison.ts";
import { RETRY_MS, type Lane, type WorkerParts } from "./lane.ts";
import type { Slots } from "./slots.ts";
import { endEvent, runTurn, unlessStopped, withNotice } from "./run-turn.ts";
import { frameOf } from "./frame.ts";

/** Runs a session's turns until nothing waits; resolves to when to look again (ms), if another gateway runs it. */
export async function drain(parts: WorkerParts, gate: Gate, sessionKey: string, lane: Lane, stopping: AbortSignal, first: Claim | null): Promise<number | null> {
  let next = first;
  while (next !== null || !stopping.aborted) {
    lane.waits = next === null;
    const giveBack = next === null ? await gate.slots.take(sessionKey, stopping) : null;
    lane.waits = false;
    if (next === null && giveBack === null) return null;
    const ran = await runNext(parts, gate, sessionKey, lane, stopping, next).finally(() => giveBack?.());
    next = null;
    if (ran.kind === "none") return ran.lookAgainMs;
    const endedAt = parts.clock.now();
    if (!lane.again && !ran.claimed.more) return null;
    if (lane.again && lane.wokenAt <= endedAt) await collect(parts, ran.claimed, lane, stopping);
  }
  return null;
}

/** What may keep a session from beginning a turn. */
export interface Gate {
  isHeld(): boolean;
  readonly slots: Slots;
}

type Ran = { readonly kind: "ran"; readonly claimed: ClaimedTurn } | { readonly kind: "none"; readonly lookAgainMs: number | null };

async function runNext(parts: WorkerParts, gate: Gate, sessionKey: string, lane: Lane, stopping: AbortSignal, next: Claim | null): Promise<Ran> {
  const none = (lookAgainMs: number | null): Ran => ({ kind: "none", lookAgainMs });
  // What was claimed on acceptance has not seen the messages that came since.
  if (next === null && gate.isHeld()) return none(null);
  if (next === null) lane.again = false;
  const claim: Claim = next ?? (await claimNext(parts, sessionKey));
  if (claim.kind === "empty") return none(null);
  if (claim.kind === "busy") {
    parts.tenure.onBusy(sessionKey);
    return none(RETRY_MS);
  }
  // Stopped while it was claimed: nobody would be there to end a turn that begins now.
  if (stopping.aborted) return handBack(parts, claim.claimed).then(() => none(null));
  parts.probe("claimed", claim.claimed.turn);
  tellDropped(parts, claim.claimed);
  await perform(parts, claim.claimed, lane, stopping);
  return { kind: "ran", claimed: claim.claimed };
}

/** Whoever waits for the answer to a message that was dropped learns that none comes. */
function tellDropped(parts: WorkerParts, { turn, dropped, queue, language }: ClaimedTurn): void {
  for (const { runId, dropped: reason } of dropped) {
    if (reason === null) continue;
    parts.probe("unanswered", turn, reason);
    parts.emit({ ...frameOf(turn, parts.clock.now()), runIds: [runId], kind: "aborted", text: droppedNotice(language, reason, queue.cap), reason: "TURN_DROPPED" });
  }
}

async function perform(parts: WorkerParts, claimed: ClaimedTurn, lane: Lane, stopping: AbortSignal): Promise<void> {
  const { turn } = claimed;
  const now = (): number => parts.clock.now();
  const abort = new AbortController();
  lane.claimed = claimed;
  lane.abort = abort;
  lane.spoken = false;
  const timeout = setTimeout(() => abort.abort("timeout" satisfies AbortReason), turn.items[0]?.timeoutMs ?? parts.settings.agents().get(turn.agentId).timeoutMs);
  try {
    const texts = turn.items.map((item) => item.message.text);
    const senderName = turn.items[0]?.message.sender.name ?? null;
    parts.emit({ ...frameOf(turn, now()), kind: "started", reply: turn.reply, texts, senderName, draft: turn.draft });
    const ran = await runTurn(parts, claimed, lane, abort.signal, now);
    const draft = (await parts.settleLive(turn.id)) ?? turn.draft;
    // With what has joined it.
    const ended = lane.claimed;
    if (ran === null) return await handBack(parts, ended);
    const end = withNotice(unlessStopped(ran, abort.signal), ended, draft);
    // From here on the end is decided: who asks for a stop now is told that nothing runs.
    lane.abort = null;
    parts.probe("before-commit", ended.turn);
    const { delivering } = await commitWhenPossible(parts, ended, end, draft, stopping);
    parts.probe("committed", ended.turn);
    // What is held is told to its owner as well, who reads elsewhere.
    if (delivering) parts.onDelivery(end.held === null ? ended.turn.reply.address : undefined);
    parts.emit(endEvent(ended.turn, end, now()));
  } catch (thrown) {
    await parts.settleLive(turn.id);
    const error = toContinuoError(thrown);
    if (error.code !== "STORE_FENCED") throw thrown;
    parts.probe("fenced", turn);
    parts.log.warn({ turnId: turn.id, sessionKey: turn.sessionKey }, "another worker has taken this turn over");
  } finally {
    parts.probe("over", turn);
    clearTimeout(timeout);
    lane.claimed = null;
    lane.abort = null;
    lane.step = null;
  }
}
