import { chmodSync, existsSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { resolvePaths, type Environment } from "../config/index.ts";
import type { Examined, Repaired, Watched } from "../cli/deps.ts";
import type { Clock } from "../domain/clock.ts";
import { ContinuoError } from "../domain/errors.ts";
import { createRows } from "../store/engines/sqlite/copy/sink.ts";
import { examine, rebuildIndexes } from "../store/engines/sqlite/repair/examine.ts";
import { salvage } from "../store/engines/sqlite/repair/salvage.ts";
import { openStore } from "../store/open.ts";
import { stamp } from "./backup.ts";
import { holdState } from "./holder.ts";
import { replaceDatabase, SIDE_FILES, syncPath } from "./replace-database.ts";
import { statePaths } from "./state-paths.ts";

export interface RepairPlace {
  readonly env: Environment;
  readonly clock: Clock;
}

/** Under the lock that keeps a gateway out. Throws STATE_LOCKED. */
async function alone<T>({ env }: RepairPlace, work: (database: string) => Promise<T>): Promise<T> {
  const { stateDir } = resolvePaths(env);
  const files = statePaths(stateDir);
  if (!existsSync(files.database)) throw new ContinuoError("REQUEST_INVALID", `There is no database at ${files.database}.`, { fields: { cure: "Set OPENCLAW_STATE_DIR to the state directory of your gateway." } });
  const held = holdState(stateDir, files);
  try {
    return await work(files.database);
  } finally {
    held.release();
  }
}

/** What is wrong with the database; nothing is changed. */
export async function examineDatabase(place: RepairPlace): Promise<Examined> {
  return alone(place, async (path) => ({ path, ...examine(path) }));
}

/** What can be read goes into a new file; the damaged one keeps everything it has under another name. */
async function replaceDamaged({ clock }: RepairPlace, path: string, { signal, onProgress }: Watched): Promise<Omit<Repaired, "path" | "problems">> {
  const fresh = join(dirname(path), `${basename(path)}.salvaging`);
  try {
    const found = await salvage(path, (schema) => createRows(fresh, schema), signal, (done, total) => onProgress({ phase: "salvage", done, total }));
    await openStore(fresh).close();
    const left = examine(fresh);
    if (left.state !== "sound") throw new ContinuoError("STORE_CORRUPT", `What was salvaged is not sound (${left.problems[0] ?? ""}); the damaged database is as it was.`);
    chmodSync(fresh, 0o600);
    syncPath(fresh);
    signal.throwIfAborted();
    return { did: "salvaged", damagedFile: replaceDatabase(fresh, path, `${path}.damaged-${stamp(clock.now())}`), ...found };
  } catch (error) {
    for (const suffix of ["", ...SIDE_FILES]) rmSync(`${fresh}${suffix}`, { force: true });
    throw error;
  }
}

/**
 * Mends the database as far as it can be mended. Indexes are built anew; where pages are damaged, what can be read is
 * copied into a new file, which takes the old one's place once it is found sound. Errors: STATE_LOCKED, STORE_CORRUPT.
 */
export async function repairDatabase(place: RepairPlace, watched: Watched): Promise<Repaired> {
  return alone(place, async (path) => {
    const before = examine(path);
    if (before.state !== "pages") {
      rebuildIndexes(path);
      const after = examine(path);
      if (after.state === "sound") return { path, problems: before.problems, did: "reindexed", damagedFile: null, tables: [], missing: [] };
    }
    return { path, problems: before.problems, ...(await replaceDamaged(place, path, watched)) };
  });
}
