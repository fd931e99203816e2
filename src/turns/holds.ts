/** Which sessions are held still, by how many. */
export interface Holds {
  /** True while a session is held; it is remembered, to be woken when nobody holds it any more. */
  refuses(sessionKey: string): boolean;
  /** Null holds all. The answered function ends it, and answers whom to wake. */
  begin(keys: readonly string[] | null): () => readonly string[];
}

export function createHolds(): Holds {
  const held = new Map<string, number>();
  const missed = new Set<string>();
  let all = 0;
  const isHeld = (key: string): boolean => all > 0 || held.has(key);

  const end = (keys: readonly string[] | null): readonly string[] => {
    if (keys === null) all--;
    for (const key of keys ?? []) {
      const others = (held.get(key) ?? 1) - 1;
      if (others > 0) held.set(key, others);
      else held.delete(key);
    }
    const free = [...missed, ...(keys ?? [])].filter((key) => !isHeld(key));
    for (const key of free) missed.delete(key);
    return [...new Set(free)];
  };

  return {
    refuses(sessionKey) {
      if (!isHeld(sessionKey)) return false;
      missed.add(sessionKey);
      return true;
    },
    begin(keys) {
      if (keys === null) all++;
      for (const key of keys ?? []) held.set(key, (held.get(key) ?? 0) + 1);
      return () => end(keys);
    },
  };
}
