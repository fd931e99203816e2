import { hashed, marksOf } from "./fingerprint.ts";

/** What was removed, in numbers and hashes: nothing of it can be read from this. */
export interface Removed {
  /** By kind (rules.ts). */
  readonly counts: Readonly<Record<string, number>>;
  /** By session, whose key is hashed. */
  readonly sessions: Readonly<Record<string, number>>;
  readonly marks: readonly string[];
  /** Texts that are too short to be told apart from anybody's. */
  readonly short: number;
  /** Files that nothing held any more, and when each was forgotten: their bytes are still to be removed. */
  readonly files: Readonly<Record<string, number>>;
}

export interface Counting {
  file(ref: string, at: number): void;
  add(kind: string, sessionKey: unknown, text: string | null): void;
  total(): number;
  removed(): Removed;
}

export function createCounting(salt: string, keep = (key: string): string => hashed(salt, key)): Counting {
  const counts = new Map<string, number>();
  const sessions = new Map<string, number>();
  const marks = new Set<string>();
  const files = new Map<string, number>();
  let short = 0;
  let total = 0;
  const more = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  return {
    add(kind, sessionKey, text) {
      total++;
      more(counts, kind);
      if (typeof sessionKey === "string" && sessionKey !== "") more(sessions, keep(sessionKey));
      if (text === null || text === "") return;
      const found = marksOf(salt, text);
      if (found.length === 0) short++;
      for (const mark of found) marks.add(mark);
    },
    file: (ref, at) => void files.set(ref, at),
    total: () => total,
    removed: () => ({ counts: Object.fromEntries(counts), sessions: Object.fromEntries(sessions), marks: [...marks], short, files: Object.fromEntries(files) }),
  };
}

function sum(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const all: Record<string, number> = { ...a };
  for (const [key, value] of Object.entries(b)) all[key] = (all[key] ?? 0) + value;
  return all;
}

export const NOTHING: Removed = { counts: {}, sessions: {}, marks: [], short: 0, files: {} };

/** One erasure is many transactions, each with its part. */
export function joined(parts: readonly Removed[]): Removed {
  const marks = new Set<string>();
  for (const part of parts) for (const mark of part.marks) marks.add(mark);
  const all = parts.reduce((one, next) => ({ counts: sum(one.counts, next.counts), sessions: sum(one.sessions, next.sessions), marks: [], short: one.short + next.short, files: { ...one.files, ...next.files } }), NOTHING);
  return { ...all, marks: [...marks] };
}
