import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../domain/clock.ts";
import type { Session } from "../../domain/session.ts";
import { replaceFile } from "./files.ts";
import { indexPath } from "./places.ts";
import { rowText } from "./row-json.ts";
import { SESSION_PAGE, type MirrorSource } from "./source.ts";

/** A long list is written less often, so that it never takes more of the disk than this. */
const BYTES_PER_MS = 4 * 1024;

interface Row {
  readonly sessionId: string;
  readonly text: string;
}

export interface IndexFile {
  /** Reads all sessions of the agent, once; later calls do nothing. */
  load(): Promise<void>;
  put(session: Session): void;
  /** The session id that the key had, null when it had none. */
  remove(key: string): string | null;
  /** Something is not on disk yet. */
  isDirty(): boolean;
  /** It is dirty and long enough ago that it was written. */
  isDue(): boolean;
  write(directory: string): Promise<void>;
}

/** One agent's `sessions.json`: every row as ready text, so that a change costs the one row that changed (spec 3.2). */
export function createIndexFile(agentId: string, source: Pick<MirrorSource, "pageSessions">, clock: Clock): IndexFile {
  let rows: Map<string, Row> | null = null;
  let dirty = false;
  let dueAt = 0;
  return {
    async load() {
      if (rows !== null) return;
      rows = await readRows(agentId, source);
      dirty = true;
    },
    put(session) {
      const text = rowText(session);
      if (rows?.get(session.key)?.text === text) return;
      rows?.set(session.key, { sessionId: session.sessionId, text });
      dirty = true;
    },
    remove(key) {
      const row = rows?.get(key);
      if (!rows || !row) return null;
      rows.delete(key);
      dirty = true;
      return row.sessionId;
    },
    isDirty: () => dirty,
    isDue: () => dirty && clock.now() >= dueAt,
    async write(directory) {
      dirty = false;
      dueAt = 0;
      try {
        const bytes = await replaceFile(indexPath(directory), indexParts(rows ?? new Map<string, Row>()));
        dueAt = clock.now() + Math.floor(bytes / BYTES_PER_MS);
      } catch (error) {
        dirty = true;
        throw error;
      }
    },
  };
}

/** The store may answer at once, so that other work is let in between two pages. */
async function readRows(agentId: string, source: Pick<MirrorSource, "pageSessions">): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  let after = "";
  for (;;) {
    const page = await source.pageSessions(agentId, after, SESSION_PAGE);
    for (const session of page) rows.set(session.key, { sessionId: session.sessionId, text: rowText(session) });
    const last = page.at(-1);
    if (!last || page.length < SESSION_PAGE) return rows;
    after = last.key;
    await setImmediate();
  }
}

function* indexParts(rows: ReadonlyMap<string, Row>): Generator<string> {
  yield "{";
  let separator = "\n";
  for (const { text } of rows.values()) {
    yield separator + text;
    separator = ",\n";
  }
  yield rows.size === 0 ? "}\n" : "\n}\n";
}
