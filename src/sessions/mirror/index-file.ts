import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../domain/clock.ts";
import type { Session } from "../../domain/session.ts";
import { replaceFile } from "./files.ts";
import type { Hurry } from "./hurry.ts";
import { indexPath } from "./places.ts";
import { rowText } from "./row-json.ts";
import { SESSION_PAGE, type MirrorSource } from "./source.ts";

/** A long list is written less often: its writing takes one part in so many of the time. */
const REST = 20;
/** Rows that were put last: one that says the same again is no change. */
const MOST_REMEMBERED = 500;

export interface IndexFile {
  /** A row of it may have changed. */
  put(session: Session): void;
  /** A row is gone. */
  remove(): void;
  /** Something is not on disk yet. */
  isDirty(): boolean;
  /** It is dirty and long enough ago that it was written. */
  isDue(): boolean;
  write(directory: string): Promise<void>;
}

export interface IndexParts {
  readonly agentId: string;
  readonly source: Pick<MirrorSource, "pageSessions">;
  readonly clock: Clock;
  readonly hurry: Hurry;
}

/** One agent's `sessions.json`, written from the store a page at a time: a few of its rows are kept in memory, however many there are (spec 3.2). */
export function createIndexFile({ agentId, source, clock, hurry }: IndexParts): IndexFile {
  const latest = new Map<string, string>();
  let dirty = false;
  let dueAt = 0;
  return {
    put(session) {
      const text = rowText(session);
      if (latest.get(session.key) === text) return;
      latest.delete(session.key);
      latest.set(session.key, text);
      const [oldest] = latest.keys();
      if (latest.size > MOST_REMEMBERED && oldest !== undefined) latest.delete(oldest);
      dirty = true;
    },
    remove() {
      latest.clear();
      dirty = true;
    },
    isDirty: () => dirty,
    isDue: () => dirty && clock.now() >= dueAt,
    async write(directory) {
      // Whoever is touched from here on may be on a page that was read already.
      dirty = false;
      const began = clock.now();
      try {
        await replaceFile(indexPath(directory), indexParts(agentId, source, hurry));
        dueAt = clock.now() + REST * (clock.now() - began);
      } catch (error) {
        dirty = true;
        dueAt = 0;
        throw error;
      }
    },
  };
}

/** The store may answer at once, so that other work is let in between two pages. */
async function* indexParts(agentId: string, source: Pick<MirrorSource, "pageSessions">, hurry: Hurry): AsyncGenerator<string> {
  yield "{";
  let isFirst = true;
  for (let after = ""; ; ) {
    const page = await source.pageSessions(agentId, after, SESSION_PAGE);
    for (const session of page) {
      yield (isFirst ? "\n" : ",\n") + rowText(session);
      isFirst = false;
    }
    const last = page.at(-1);
    if (!last || page.length < SESSION_PAGE) break;
    after = last.key;
    hurry.check();
    await setImmediate();
  }
  yield isFirst ? "}\n" : "\n}\n";
}
