import { rm } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { Entry } from "../../domain/entry.ts";
import { entryLine } from "./entry-line.ts";
import { appendFile, replaceFile } from "./files.ts";
import type { Hurry } from "./hurry.ts";
import { transcriptPath } from "./places.ts";
import { ENTRY_PAGE, type MirrorSource } from "./source.ts";

/** Transcripts whose end is remembered; one that fell out is written anew when it is touched again. */
const MOST_REMEMBERED = 4_096;

interface End {
  readonly seq: number;
  readonly bytes: number;
  /** The conversation's count of changed entries that the file has. */
  readonly amends: number;
}

export interface TranscriptFiles {
  /** Brings `<sessionId>.jsonl` up to the store. The id must be safe as a file's name. */
  catchUp(directory: string, sessionId: string): Promise<void>;
  /** The next time it is written anew, whatever lies there. */
  forget(sessionId: string): void;
}

/**
 * Transcripts are appended to. The first time in a process, whenever a file is not as it was left, and when an entry in it
 * was changed by its sender, it is written anew from the store, so that nothing a killed process owed is missing (spec 3.4).
 */
export function createTranscriptFiles(source: Pick<MirrorSource, "readEntries" | "countAmends">, hurry: Hurry): TranscriptFiles {
  const ends = new Map<string, End>();

  const remember = (sessionId: string, end: End): void => {
    ends.delete(sessionId);
    ends.set(sessionId, end);
    for (const oldest of ends.keys()) {
      if (ends.size <= MOST_REMEMBERED) return;
      ends.delete(oldest);
    }
  };

  /** A change of who shares what may have taken entries elsewhere that stood here. */
  const reaches = async (sessionId: string, seq: number): Promise<boolean> => seq === 0 || (await source.readEntries(sessionId, seq - 1, 1)).length > 0;

  const rewrite = async (path: string, sessionId: string, amends: number): Promise<void> => {
    const isEmpty = (await source.readEntries(sessionId, 0, 1)).length === 0;
    if (isEmpty) return rm(path, { force: true });
    const reading = readLines(source, hurry, sessionId, 0);
    const bytes = await replaceFile(path, reading.lines);
    remember(sessionId, { seq: reading.last(), bytes, amends });
  };

  return {
    forget: (sessionId) => void ends.delete(sessionId),
    async catchUp(directory, sessionId) {
      const path = transcriptPath(directory, sessionId);
      const end = ends.get(sessionId);
      // Until the work is done the file's end is unknown: an error leads to a new file.
      ends.delete(sessionId);
      const amends = await source.countAmends(sessionId);
      if (end?.amends !== amends) return rewrite(path, sessionId, amends);
      const reading = readLines(source, hurry, sessionId, end.seq);
      const appended = await appendFile(path, end.bytes, reading.lines);
      if (appended === null || (appended === 0 && !(await reaches(sessionId, end.seq)))) return rewrite(path, sessionId, amends);
      remember(sessionId, { seq: reading.last(), bytes: end.bytes + appended, amends });
    },
  };
}

interface Reading {
  readonly lines: AsyncIterable<string>;
  /** The position of the last entry that was handed out. */
  last(): number;
}

/** Files name by its id what the store names by its place. */
async function firstKeptOf(source: Pick<MirrorSource, "readEntries">, { sessionId, compaction }: Entry): Promise<string | null> {
  if (!compaction) return null;
  const [first] = await source.readEntries(sessionId, compaction.firstKeptSeq - 1, 1);
  return first?.id ?? null;
}

function readLines(source: Pick<MirrorSource, "readEntries">, hurry: Hurry, sessionId: string, after: number): Reading {
  let last = after;
  async function* lines(): AsyncGenerator<string> {
    for (;;) {
      const page = await source.readEntries(sessionId, last, ENTRY_PAGE);
      for (const entry of page) {
        yield entryLine(entry, await firstKeptOf(source, entry));
        last = entry.seq;
      }
      if (page.length < ENTRY_PAGE) return;
      hurry.check();
      await setImmediate();
    }
  }
  return { lines: lines(), last: () => last };
}
