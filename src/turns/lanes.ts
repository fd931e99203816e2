import type { AbortReason } from "../agent/run.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Reservation } from "../inbox/parts.ts";
import { claimTurn, type Claim } from "./claim.ts";
import { attend } from "./attend.ts";
import { RETRY_MS, type Lane, type WorkerParts } from "./lane.ts";
import { createHolds, type Holds } from "./holds.ts";
import { createSlots } from "./slots.ts";
import { drain } from "./worker.ts";

/** `all` keeps anything from beginning, and lets what runs go on; `everything` waits for that, too. */
export type Held = Iterable<string> | "all" | "everything";

export interface TurnWorker {
  wake(sessionKey: string): void;
  /** There is more for a session, if it is being worked on here. */
  nudge(sessionKey: string): void;
  /** An idle session, held for the message that is about to be accepted; null while one of its turns runs. */
  reserve(sessionKey: string): Reservation | null;
  /** Aborts what runs in a session, or just the run with this id; resolves to the runs that it hit. */
  abort(sessionKey: string, runId: string | null): readonly string[];
  running(): number;
  /**
   * Holds sessions still: what runs in them ends, and nothing begins until the answered function is called. What comes
   * in meanwhile is accepted and waits. Throws CHANGE_BUSY when what runs does not end within a minute, or the
   * gateway stops; then nothing is held.
   */
  hold(sessionKeys: Held): Promise<() => void>;
  stop(graceMs: number): Promise<void>;
}

/** One lane a session: turns of one follow each other, sessions run side by side. */
export function createTurnWorker(parts: WorkerParts): TurnWorker {
  const lanes = new Map<string, Lane>();
  const stopping = new AbortController();
  const holds = createHolds();
  const slots = createSlots(parts);

  const open = (sessionKey: string, first: Promise<Claim | null>): void => {
    const fresh: Lane = { again: false, wokenAt: 0, claimed: null, abort: null, step: null, spoken: false, waits: false, done: Promise.resolve() };
    lanes.set(sessionKey, fresh);
    fresh.done = first
      .then((claim) => drain(parts, { slots, isHeld: () => holds.refuses(sessionKey) }, sessionKey, fresh, stopping.signal, claim))
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
    if (!lane && holds.refuses(sessionKey)) return;
    if (!lane) return open(sessionKey, Promise.resolve(null));
    attend(parts, lane);
  };

  return {
    wake,
    nudge: (sessionKey) => (lanes.has(sessionKey) ? wake(sessionKey) : undefined),
    reserve(sessionKey) {
      if (stopping.signal.aborted || lanes.has(sessionKey) || slots.isLimited() || holds.refuses(sessionKey)) return null;
      const first = Promise.withResolvers<Claim | null>();
      open(sessionKey, first.promise);
      let claim: Claim | null = null;
      return {
        claim: async (tx) => (claim = await claimTurn(parts, tx, sessionKey, parts.clock.now())).kind === "claimed",
        settle: (claimed) => first.resolve(claimed ? claim : null),
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
    hold: (sessionKeys) => holdStill(holds, lanes, sessionKeys, { wake, forget: parts.recent.forget }, stopping.signal),
    async stop(graceMs) {
      stopping.abort("shutdown" satisfies AbortReason);
      await endAll(lanes, graceMs);
    },
  };
}

async function holdStill(holds: Holds, lanes: ReadonlyMap<string, Lane>, sessionKeys: Held, { wake, forget }: { wake(key: string): void; forget(): void }, stopping: AbortSignal): Promise<() => void> {
  const keys = typeof sessionKeys === "string" ? null : [...new Set(sessionKeys)];
  const release = holds.begin(keys);
  const end = (): void => {
    // Their entries may have other readers now, under the same session ids.
    forget();
    release().forEach(wake);
  };
  const waitedFor = sessionKeys === "everything" ? [...lanes.keys()] : (keys ?? []);
  const running = waitedFor.flatMap((key) => lanes.get(key) ?? []).flatMap(({ waits, done }) => (waits ? [] : done));
  // What a gateway that stops hands back is not moved by it either.
  if ((running.length > 0 && !(await endsWithin(Promise.all(running), PATIENCE_MS))) || stopping.aborted) {
    end();
    throw new ContinuoError("CHANGE_BUSY", `Answers are still being written in ${running.length === 1 ? "a conversation" : "conversations"} that would be moved.`);
  }
  return end;
}

/** How long the sessions of a change wait for the answers that are being written in them: a model that hangs must not hold up everybody. */
const PATIENCE_MS = 60_000;

async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ms);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What runs may end by itself for a while; then it is cut short. */
async function endAll(lanes: ReadonlyMap<string, Lane>, graceMs: number): Promise<void> {
  const timer = setTimeout(() => {
    for (const lane of lanes.values()) lane.abort?.abort("shutdown" satisfies AbortReason);
  }, graceMs);
  while (lanes.size > 0) await Promise.all([...lanes.values()].map((lane) => lane.done));
  clearTimeout(timer);
}
