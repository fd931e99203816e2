import type { Clock } from "../domain/clock.ts";
import type { ChannelLog } from "../domain/channel.ts";
import type { Store } from "../store/store.ts";
import { expireForeignLeases } from "../store/statements/expire-foreign-leases.ts";
import { extendLease } from "../store/statements/extend-lease.ts";
import { listDueLeases } from "../store/statements/list-due-leases.ts";
import { listExpiredTurns } from "../store/statements/list-expired-turns.ts";
import { listStrandedSessions } from "../store/statements/list-stranded-sessions.ts";
import { listWaitingSessions } from "../store/statements/list-waiting-sessions.ts";
import { setTurnDraft } from "../store/statements/set-turn-draft.ts";

export interface RecoveryParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: ChannelLog;
  readonly holder: string;
  readonly leaseMs: number;
  wake(sessionKey: string): void;
  /** Whether other gateways work on this store: what they work on is theirs until they fall silent. */
  hasOthers(): boolean;
}

export interface Recovery {
  /** Wakes every session that has something to do; returns how many. */
  start(): Promise<number>;
  /** Wakes what waits in the inbox, under whichever key it waits now. */
  wakeWaiting(): Promise<number>;
  stop(): void;
}

const PAGE = 200;

/**
 * Keeps this worker's leases alive and wakes what nobody works on. An embedded store belongs to one gateway at a time
 * (STATE_LOCKED otherwise): every other holder in it is dead. On a shared one a holder is dead when its lease runs out.
 */
export function createRecovery(parts: RecoveryParts): Recovery {
  let timer: NodeJS.Timeout | null = null;

  const wakeAll = async (load: (after: string) => Promise<readonly { session_key: string }[]>): Promise<number> => {
    let woken = 0;
    for (let after = ""; ; ) {
      const page = await load(after);
      for (const row of page) parts.wake(row.session_key);
      woken += page.length;
      const last = page.at(-1);
      if (!last || page.length < PAGE) return woken;
      after = last.session_key;
    }
  };
  const wakeExpired = () => wakeAll((after) => parts.store.all(listExpiredTurns, { now: parts.clock.now(), after, limit: PAGE }));
  const wakeWaiting = () => wakeAll((after) => parts.store.all(listWaitingSessions, { after, limit: PAGE }));

  const wakeStranded = () => {
    const now = parts.clock.now();
    return wakeAll((after) => parts.store.all(listStrandedSessions, { now, before: now - parts.leaseMs, after, limit: PAGE }));
  };
  const isShared = parts.store.cluster !== null;

  const beat = async (): Promise<void> => {
    const now = parts.clock.now();
    const { holder, leaseMs } = parts;
    const due = await parts.store.all(listDueLeases, { holder, due: now + Math.floor(leaseMs / 2) });
    await Promise.all(due.map(({ id }) => parts.store.run(extendLease, { id, holder, lease_until: now + leaseMs })));
    await wakeExpired();
    if (isShared) await wakeStranded();
  };

  return {
    async start() {
      if (!isShared) await parts.store.run(expireForeignLeases, { holder: parts.holder });
      const woken = (await wakeExpired()) + (await (parts.hasOthers() ? wakeStranded() : wakeWaiting()));
      const every = Math.floor(parts.leaseMs / 4);
      timer = setInterval(() => {
        beat().catch((error: unknown) => parts.log.error({ err: error }, "leases could not be extended"));
      }, every);
      timer.unref();
      return woken;
    },
    // Before it began there is nobody to wake: the start looks for all of it.
    wakeWaiting: async () => (timer === null ? 0 : wakeWaiting()),
    stop() {
      if (timer) clearInterval(timer);
    },
  };
}

/** The platform's id of a partial reply: whoever finishes the turn completes that message. */
export async function rememberDraft(store: Store, holder: string, turnId: string, draft: string): Promise<void> {
  await store.run(setTurnDraft, { id: turnId, holder, draft });
}
