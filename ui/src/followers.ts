/**
 * A turn that collected several messages begins under each of their run ids, then tells its input under the first:
 * the others follow it, and their copies of the answer are not shown.
 */
export interface Followers {
  onStart(sessionKey: string, runId: string): void;
  /** All runs that began in this session since its last input, except `first`, are followers. */
  onInput(sessionKey: string, first: string): void;
  has(runId: string): boolean;
  /** Forgets an ended run; true when it was a follower. */
  drop(runId: string): boolean;
}

export function createFollowers(): Followers {
  const starting = new Map<string, readonly string[]>();
  const followers = new Set<string>();
  return {
    onStart: (sessionKey, runId) => void starting.set(sessionKey, [...(starting.get(sessionKey) ?? []), runId]),
    onInput(sessionKey, first) {
      for (const runId of starting.get(sessionKey) ?? []) if (runId !== first) followers.add(runId);
      starting.delete(sessionKey);
    },
    has: (runId) => followers.has(runId),
    drop: (runId) => followers.delete(runId),
  };
}
