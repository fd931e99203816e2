import { rm, writeFile } from "node:fs/promises";
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

/** `<sessionId>.jsonl.lock` while a turn runs (spec 3.1). It tells people and scripts; Continuo's own locks are in the store. */
export function createTurnLocks({ clock, directoryOf, onError }: TurnLockParts): TurnLocks {
  const held = new Map<string, LockTarget>();
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
    held.delete(target.sessionId);
    enqueue(target, (path) => rm(path, { force: true }));
  };

  const settled = async (): Promise<void> => {
    await Promise.all(tails.values());
  };

  return {
    take(target) {
      const content = { pid, createdAt: isoExact(clock.now()), sessionKey: target.sessionKey, sessionId: target.sessionId };
      held.set(target.sessionId, target);
      enqueue(target, (path) => writeFile(path, `${JSON.stringify(content)}\n`, { mode: 0o600 }));
    },
    release,
    settled,
    async releaseAll() {
      for (const target of held.values()) release(target);
      await settled();
    },
  };
}
