import { unlink, writeFile } from "node:fs/promises";
import { pid } from "node:process";
import type { Clock } from "../../domain/clock.ts";
import { lockPath } from "./places.ts";
import { isoExact } from "./times.ts";

export interface LockTarget {
  readonly agentId: string;
  readonly sessionKey: string;
  readonly sessionId: string;
}

export interface TurnLocks {
  take(target: LockTarget): void;
  release(target: LockTarget): void;
  /** Waits for what is under way. */
  settled(): Promise<void>;
  /** Removes every lock that is still there. */
  releaseAll(): Promise<void>;
}

export interface TurnLockParts {
  readonly clock: Clock;
  directoryOf(agentId: string): Promise<string>;
  onError(error: unknown, target: LockTarget): void;
}

/** A turn that is over sooner is not shown: to make and remove a file for it takes longer than to begin and end the turn. */
const SHOWN_AFTER_MS = 100;

interface Held {
  readonly target: LockTarget;
  /** Resolves to whether the turn runs long enough to be shown; `false` is said by its end. */
  readonly lasts: PromiseWithResolvers<boolean>;
  readonly timer: NodeJS.Timeout;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

/** `<sessionId>.jsonl.lock` while a turn runs (spec 3.1). It tells people and scripts; Continuo's own locks are in the store. */
export function createTurnLocks({ clock, directoryOf, onError }: TurnLockParts): TurnLocks {
  const held = new Map<string, Held>();
  const tails = new Map<string, Promise<void>>();

  /** One after the other for one session, so that a turn's end never overtakes its start. */
  const enqueue = (target: LockTarget, work: (path: string) => Promise<void>): void => {
    const { sessionId } = target;
    const before = tails.get(sessionId);
    const run = async (): Promise<void> => {
      await before;
      try {
        await work(lockPath(await directoryOf(target.agentId), sessionId));
      } catch (error) {
        onError(error, target);
      }
      if (tails.get(sessionId) === tail) tails.delete(sessionId);
    };
    const tail = run();
    tails.set(sessionId, tail);
  };

  const release = (target: LockTarget): void => {
    const lock = held.get(target.sessionId);
    if (lock === undefined) return;
    held.delete(target.sessionId);
    clearTimeout(lock.timer);
    lock.lasts.resolve(false);
    enqueue(target, async (path) => {
      if (!(await lock.lasts.promise)) return;
      await unlink(path).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    });
  };

  const settled = async (): Promise<void> => {
    await Promise.all(tails.values());
  };

  return {
    take(target) {
      const content = { pid, createdAt: isoExact(clock.now()), sessionKey: target.sessionKey, sessionId: target.sessionId };
      const lasts = Promise.withResolvers<boolean>();
      held.set(target.sessionId, { target, lasts, timer: setTimeout(() => lasts.resolve(true), SHOWN_AFTER_MS) });
      enqueue(target, async (path) => {
        if (await lasts.promise) await writeFile(path, `${JSON.stringify(content)}\n`, { mode: 0o600 });
      });
    },
    release,
    settled,
    async releaseAll() {
      for (const { target } of [...held.values()]) release(target);
      await settled();
    },
  };
}
