/**
 * waiting items -> claimed (lease) -> context -> agent -> committed (transcript, usage, reply on its way)
 *
 * 1. A session runs one turn at a time, in the order of acceptance; sessions never wait for each other.
 * 2. An idle session starts at once; what arrives during a run is collected into the next turn (A8).
 * 3. Recovery is the ordinary claim: a turn whose holder is gone is taken by whoever claims next.
 * 4. A stale holder's commit is refused by its fence and leaves nothing behind.
 * 5. Stopping hands back what runs; nothing that was accepted is ever dropped here.
 */
import type { Clock } from "../domain/clock.ts";
import { toContinuoError } from "../domain/errors.ts";
import type { ChannelLog } from "../domain/channel.ts";
import type { Reservation } from "../inbox/receive.ts";
import { claimTurn, type Claim, type ClaimParts, type ClaimedTurn } from "./claim.ts";
import { commitTurn, handBack, type TurnEnd } from "./commit.ts";
import { endEvent, frameOf, runTurn, type RunParts } from "./run-turn.ts";
import type { AbortReason } from "../agent/run.ts";

export interface WorkerParts extends ClaimParts, RunParts {
  readonly clock: Clock;
  readonly log: ChannelLog;
  /** How long to wait for more after messages have queued behind a run (A8). */
  debounceMs(channel: string): number;
  /** Ends the live view of a turn; resolves to the draft that its reply completes. */
  settleLive(turnId: string): Promise<string | null>;
  onDelivery(): void;
}

export interface TurnWorker {
  wake(sessionKey: string): void;
  /** An idle session, held for the message that is about to be accepted; null while one of its turns runs. */
  reserve(sessionKey: string): Reservation | null;
  /** Aborts what runs in a session, or just the run with this id; resolves to the runs that it hit. */
  abort(sessionKey: string, runId: string | null): readonly string[];
  running(): number;
  stop(graceMs: number): Promise<void>;
}

interface Lane {
  again: boolean;
  wokenAt: number;
  claimed: ClaimedTurn | null;
  abort: AbortController | null;
  done: Promise<void>;
}

const RETRY_MS = 1_000;

export function createTurnWorker(parts: WorkerParts): TurnWorker {
  const lanes = new Map<string, Lane>();
  const stopping = new AbortController();

  const open = (sessionKey: string, first: Promise<Claim | null>): void => {
    const fresh: Lane = { again: false, wokenAt: 0, claimed: null, abort: null, done: Promise.resolve() };
    lanes.set(sessionKey, fresh);
    fresh.done = first
      .then((claim) => drain(parts, sessionKey, fresh, stopping.signal, claim))
      .catch((error: unknown) => {
        parts.log.error({ err: error, sessionKey }, "a turn could not be run; it will be tried again");
        return RETRY_MS;
      })
      .then((lookAgainMs) => {
        if (lookAgainMs !== null) setTimeout(() => wake(sessionKey), lookAgainMs).unref();
      })
      .finally(() => {
        lanes.delete(sessionKey);
        if (fresh.again) wake(sessionKey);
      });
  };
  const wake = (sessionKey: string): void => {
    if (stopping.signal.aborted) return;
    const lane = lanes.get(sessionKey);
    if (!lane) return open(sessionKey, Promise.resolve(null));
    lane.again = true;
    lane.wokenAt = parts.clock.now();
  };

  return {
    wake,
    reserve(sessionKey) {
      if (stopping.signal.aborted || lanes.has(sessionKey)) return null;
      const first = Promise.withResolvers<Claim | null>();
      open(sessionKey, first.promise);
      let claim: Claim | null = null;
      return {
        claim: async (tx) => void (claim = await claimTurn(parts, tx, sessionKey, parts.clock.now())),
        settle: (committed) => first.resolve(committed ? claim : null),
      };
    },
    abort(sessionKey, runId) {
      const lane = lanes.get(sessionKey);
      const runIds = lane?.claimed?.turn.items.map((item) => item.runId) ?? [];
      if (!lane?.abort || (runId !== null && !runIds.includes(runId))) return [];
      lane.abort.abort("stop" satisfies AbortReason);
      return runIds;
    },
    running: () => lanes.size,
    async stop(graceMs) {
      stopping.abort("shutdown" satisfies AbortReason);
      const timer = setTimeout(() => {
        for (const lane of lanes.values()) lane.abort?.abort("shutdown" satisfies AbortReason);
      }, graceMs);
      while (lanes.size > 0) await Promise.all([...lanes.values()].map((lane) => lane.done));
      clearTimeout(timer);
    },
  };
}

/** Runs a session's turns until nothing waits; resolves to when to look again (ms), if another gateway runs it. */
async function drain(parts: WorkerParts, sessionKey: string, lane: Lane, stopping: AbortSignal, first: Claim | null): Promise<number | null> {
  let next = first;
  while (!stopping.aborted) {
    // What was claimed on acceptance has not seen the messages that came since.
    if (next === null) lane.again = false;
    const claim = next ?? (await parts.store.transaction((tx) => claimTurn(parts, tx, sessionKey, parts.clock.now())));
    next = null;
    if (claim.kind === "empty") return null;
    if (claim.kind === "busy") return Math.max(RETRY_MS, claim.until - parts.clock.now());
    parts.probe("claimed");
    await perform(parts, claim.claimed, lane, stopping);
    const endedAt = parts.clock.now();
    if (!lane.again && !claim.claimed.more) return null;
    if (lane.again && lane.wokenAt <= endedAt) await collect(parts, claim.claimed, lane, stopping);
  }
  if (next?.kind === "claimed") await handBack(parts, next.claimed);
  return null;
}

/** Messages that queued during the run: wait until no more have come for the debounce time (spec 12.2). */
async function collect(parts: WorkerParts, last: ClaimedTurn, lane: Lane, stopping: AbortSignal): Promise<void> {
  const debounceMs = parts.debounceMs(last.turn.reply.address.channel);
  for (;;) {
    const wait = lane.wokenAt + debounceMs - parts.clock.now();
    if (wait <= 0 || stopping.aborted) return;
    await parts.pause(wait, stopping).catch(() => undefined);
  }
}

async function perform(parts: WorkerParts, claimed: ClaimedTurn, lane: Lane, stopping: AbortSignal): Promise<void> {
  const { turn } = claimed;
  const now = (): number => parts.clock.now();
  const abort = new AbortController();
  lane.claimed = claimed;
  lane.abort = abort;
  const timeout = setTimeout(() => abort.abort("timeout" satisfies AbortReason), parts.agents().get(turn.agentId).timeoutMs);
  try {
    const texts = turn.items.map((item) => item.message.text);
    const senderName = turn.items[0]?.message.sender.name ?? null;
    parts.emit({ ...frameOf(turn, now()), kind: "started", reply: turn.reply, texts, senderName, draft: turn.draft });
    const end = await runTurn(parts, claimed, abort.signal, now);
    const draft = (await parts.settleLive(turn.id)) ?? turn.draft;
    if (end === null) return await handBack(parts, claimed);
    parts.probe("before-commit");
    const { delivering } = await commitWhenPossible(parts, claimed, end, draft, stopping);
    parts.probe("committed");
    if (delivering) parts.onDelivery();
    parts.emit(endEvent(turn, end, now()));
  } catch (thrown) {
    const error = toContinuoError(thrown);
    if (error.code !== "STORE_FENCED") throw thrown;
    parts.log.warn({ turnId: turn.id, sessionKey: turn.sessionKey }, "another worker has taken this turn over");
  } finally {
    clearTimeout(timeout);
    lane.claimed = null;
    lane.abort = null;
  }
}

/** A full disk is waited out: the answer is there and must not be asked for again. */
async function commitWhenPossible(parts: WorkerParts, claimed: ClaimedTurn, end: TurnEnd, draft: string | null, stopping: AbortSignal) {
  for (;;) {
    try {
      return await commitTurn(parts, claimed, end, draft, parts.clock.now());
    } catch (thrown) {
      const error = toContinuoError(thrown);
      if (error.code !== "STORE_FULL" || stopping.aborted) throw thrown;
      parts.log.error({ code: error.code, sessionKey: claimed.turn.sessionKey }, `${error.message} The answer waits. ${error.cure}`);
      await parts.pause(RETRY_MS, stopping).catch(() => undefined);
    }
  }
}
