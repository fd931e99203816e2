import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Mirror } from "./mirror.ts";
import { namesIn } from "./directory.ts";
import { MARKER_FILE } from "./places.ts";
import { SESSION_PAGE, type MirrorSource } from "./source.ts";

export interface RebuildParts {
  readonly mirror: Pick<Mirror, "renew" | "flush">;
  readonly source: Pick<MirrorSource, "pageSessions">;
  readonly agents: readonly string[];
  sessionsDir(agentId: string): string;
  /** All session ids that a key has had. */
  conversationsOf(key: string): Promise<readonly string[]>;
  isThere(sessionId: string): Promise<boolean>;
  onProgress(done: number, total: number): void;
  /** How many sessions there are. */
  readonly total: number;
}

export interface Rebuilt {
  readonly agents: number;
  readonly sessions: number;
  readonly transcripts: number;
  /** Files of conversations that are not there any more. */
  readonly removed: number;
  readonly directories: readonly string[];
}

/** Where an agent's own files are: the usual place belongs to another program at times (A7). Null: there are none. */
async function ownDirectory(wanted: string): Promise<string | null> {
  for (const path of [wanted, `${wanted}.continuo`]) {
    if ((await namesIn(path)).includes(MARKER_FILE)) return path;
  }
  return null;
}

async function removeStrays(directory: string, isThere: RebuildParts["isThere"]): Promise<number> {
  let removed = 0;
  for (const name of await readdir(directory)) {
    const id = /^([A-Za-z0-9_-]{1,128})\.jsonl$/.exec(name)?.[1];
    if (id === undefined || (await isThere(id))) continue;
    await rm(join(directory, name), { force: true });
    removed++;
  }
  return removed;
}

/** Writes every readable file anew from the database, a page of sessions at a time, and removes those that are of nothing. */
export async function rebuildMirror({ mirror, source, agents, sessionsDir, conversationsOf, isThere, onProgress, total }: RebuildParts): Promise<Rebuilt> {
  const directories: string[] = [];
  let [sessions, transcripts, removed] = [0, 0, 0];
  for (const agentId of agents) {
    for (let after = ""; ; ) {
      const page = await source.pageSessions(agentId, after, SESSION_PAGE);
      for (const { key } of page) {
        for (const sessionId of await conversationsOf(key)) {
          mirror.renew(agentId, sessionId);
          transcripts++;
        }
        onProgress(++sessions, total);
      }
      await mirror.flush();
      await nextTurn();
      const last = page.at(-1);
      if (last === undefined || page.length < SESSION_PAGE) break;
      after = last.key;
    }
    mirror.renew(agentId, null);
    await mirror.flush();
    const directory = await ownDirectory(sessionsDir(agentId));
    if (directory === null) continue;
    directories.push(directory);
    removed += await removeStrays(directory, isThere);
  }
  return { agents: agents.length, sessions, transcripts, removed, directories };
}
