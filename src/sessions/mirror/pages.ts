import type { Clock } from "../../domain/clock.ts";
import type { Complaints, Failure } from "./complaints.ts";
import type { Directories } from "./directories.ts";
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
  isDirty(): boolean;
  /** Writes what is marked, of the lists only what is due unless `all`; what fails is marked again, and told. */
  write(all: boolean): Promise<void>;
}

/** Stands for the database among the paths of failures. */
const STORE = "store";

/** What has to be written, and the writing of it. */
export function createPages({ clock, source, directories, complaints, sessionsDir }: PageParts): Pages {
  const rows = new Set<string>();
  const transcripts = new Map<string, string>();
  const lists = createLists(source, clock);
  const files = createTranscriptFiles(source);

  const refreshRow = async (key: string): Promise<void> => {
    const session = await source.readSession(key);
    if (session === null) return removeRow(key);
    if (!isMirrorable(session.agentId, session.sessionId, complaints)) return;
    await lists.put(session);
    transcripts.set(session.sessionId, session.agentId);
  };

  /** Its transcript is looked at too: it goes when its entries went. */
  const removeRow = (key: string): void => {
    for (const { agentId, sessionId } of lists.remove(key)) if (isMirrorable(agentId, sessionId, complaints)) transcripts.set(sessionId, agentId);
  };

  const writeInto = async (agentId: string, work: (directory: string) => Promise<void>): Promise<Failure | null> => {
    try {
      await work(await directories.of(agentId));
      return null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") directories.forget(agentId);
      return { path: sessionsDir(agentId), error };
    }
  };

  const write = async (all: boolean): Promise<void> => {
    const failures: (Failure | null)[] = [];
    for (const key of drain(rows)) {
      const failure = await refreshRow(key).then(() => null, (error: unknown) => ({ path: STORE, error }));
      if (failure) rows.add(key);
      failures.push(failure);
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
    isDirty: () => rows.size > 0 || transcripts.size > 0 || lists.isDirty(),
    write,
  };
}

function drain<Item>(marked: Iterable<Item> & { clear(): void }): Item[] {
  const items = [...marked];
  marked.clear();
  return items;
}
