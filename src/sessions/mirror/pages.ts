import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../domain/clock.ts";
import type { Complaints, Failure } from "./complaints.ts";
import type { Directories } from "./directories.ts";
import { createHurry, TooLate } from "./hurry.ts";
import { createLists } from "./lists.ts";
import { isMirrorable } from "./places.ts";
import type { MirrorSource } from "./source.ts";
import { createTranscriptFiles } from "./transcript-file.ts";

export interface PageParts {
  readonly clock: Clock;
  readonly source: MirrorSource;
  readonly directories: Directories;
  readonly complaints: Complaints;
  sessionsDir(agentId: string): string;
}

export interface Pages {
  markRow(key: string): void;
  markTranscript(agentId: string, sessionId: string): void;
  /** A transcript is written anew, or for null the list. */
  renew(agentId: string, sessionId: string | null): void;
  isDirty(): boolean;
  /** The process ends: what takes long is left to the next one. */
  hurry(): void;
  /** Writes what is marked, of the lists only what is due unless `all`; what fails is marked again, and told. */
  write(all: boolean): Promise<void>;
}

const ROWS_AT_ONCE = 10;

/** Stands for the database among the paths of failures. */
const STORE = "store";

/** What has to be written, and the writing of it. */
export function createPages({ clock, source, directories, complaints, sessionsDir }: PageParts): Pages {
  const rows = new Set<string>();
  const transcripts = new Map<string, string>();
  const hurry = createHurry(clock);
  const lists = createLists({ source, clock, hurry });
  const files = createTranscriptFiles(source, hurry);

  const refreshRow = async (key: string): Promise<void> => {
    const session = await source.readSession(key);
    if (session === null) return lists.remove();
    if (!isMirrorable(session.agentId, session.sessionId, complaints)) return;
    lists.put(session);
    transcripts.set(session.sessionId, session.agentId);
  };

  const writeInto = async (agentId: string, work: (directory: string) => Promise<void>): Promise<Failure | null> => {
    try {
      await work(await directories.of(agentId));
      return null;
    } catch (error) {
      if (error instanceof TooLate) return null;
      if ((error as NodeJS.ErrnoException).code === "ENOENT") directories.forget(agentId);
      return { path: sessionsDir(agentId), error };
    }
  };

  const write = async (all: boolean): Promise<void> => {
    const failures: (Failure | null)[] = [];
    let refreshed = 0;
    for (const key of drain(rows)) {
      const failure = await refreshRow(key).then(() => null, (error: unknown) => ({ path: STORE, error }));
      if (failure) rows.add(key);
      failures.push(failure);
      // The store may answer at once: whoever waits for the event loop is let in.
      if (++refreshed % ROWS_AT_ONCE === 0) await nextTurn();
    }
    for (const [sessionId, agentId] of drain(transcripts)) {
      const failure = await writeInto(agentId, (directory) => files.catchUp(directory, sessionId));
      if (failure) transcripts.set(sessionId, agentId);
      failures.push(failure);
    }
    for (const [agentId, list] of lists.waiting(all)) failures.push(await writeInto(agentId, (directory) => list.write(directory)));
    complaints.afterPass(failures.filter((failure) => failure !== null));
  };

  return {
    markRow: (key) => void rows.add(key),
    markTranscript: (agentId, sessionId) => void transcripts.set(sessionId, agentId),
    renew(agentId, sessionId) {
      if (sessionId === null) return lists.renew(agentId);
      files.forget(sessionId);
      transcripts.set(sessionId, agentId);
    },
    hurry: hurry.begin,
    isDirty: () => rows.size > 0 || transcripts.size > 0 || lists.isDirty(),
    write,
  };
}

function drain<Item>(marked: Iterable<Item> & { clear(): void }): Item[] {
  const items = [...marked];
  marked.clear();
  return items;
}
