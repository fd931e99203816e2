import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { constants, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { openOpenClawDatabase, type OpenClawDatabase } from "../../store/openclaw/read.ts";
import { foundInDatabase } from "./database.ts";
import type { Complain, FoundAgent } from "./found.ts";
import { findDatabases, findFolders, scanFolder, type SessionsFolder } from "./scan.ts";

/** What a directory of OpenClaw holds; `close` removes the copies that were made of its databases. */
export interface OpenedSource {
  readonly agents: readonly FoundAgent[];
  close(): Promise<void>;
}

/** A database is read from a copy: opening one changes files beside it, and nothing of the source is touched. */
async function copyOf(path: string, scratch: string, number: number): Promise<string> {
  const copy = join(scratch, `${number}.sqlite`);
  await copyFile(path, copy, constants.COPYFILE_FICLONE);
  const wal = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (wal !== undefined && wal.size > 0) await copyFile(`${path}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE);
  return copy;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Everything that is found below a state directory of OpenClaw: of both of its generations, where both are there. */
export async function openSource(root: string, template: ((agentId: string) => string) | null, complain: Complain): Promise<OpenedSource> {
  const agents: FoundAgent[] = [];
  const databases: OpenClawDatabase[] = [];
  const scratch = await mkdtemp(join(tmpdir(), "continuo-import-"));
  const close = async (): Promise<void> => {
    for (const database of databases) database.close();
    await rm(scratch, { recursive: true, force: true });
  };
  const openDatabase = async ({ agentId, path }: SessionsFolder, number: number): Promise<void> => {
    const at = relative(root, path);
    try {
      const database = openOpenClawDatabase(await copyOf(path, scratch, number));
      databases.push(database);
      agents.push(foundInDatabase(agentId, database, at, complain));
    } catch (error) {
      complain({ file: at, line: null, why: `the database cannot be read: ${reasonOf(error)}` });
    }
  };
  try {
    // The newer generation first: what both have is its own.
    for (const [number, database] of (await findDatabases(root)).entries()) await openDatabase(database, number);
    for (const folder of await findFolders(root, template)) {
      const found = await scanFolder(folder, root, complain);
      if (found !== null) agents.push(found);
    }
    return { agents, close };
  } catch (error) {
    await close();
    throw error;
  }
}
