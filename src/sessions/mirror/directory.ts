import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pid } from "node:process";
import { isAlive } from "../../domain/alive.ts";
import { INDEX_FILE, MARKER_FILE, UNFINISHED_SUFFIX } from "./places.ts";

const MARKER_TEXT = `This directory is kept by Continuo: a live copy of its sessions, for reading (cat, jq).
The database is the truth. What is changed here is not read, and is written over.
`;

/** A lock that is older than this belongs to nobody, whatever its pid says (spec 3.1). */
const STALE_LOCK_MS = 30 * 60_000;

export interface OwnDirectory {
  readonly path: string;
  /** The wanted place holds another program's sessions, so that `path` is its sibling. */
  readonly beside: boolean;
}

/**
 * Finds or makes the directory that one agent's mirror may write to. A directory with sessions in it and without our
 * marker belongs to a real OpenClaw install: nothing in it is touched, its sibling `<name>.continuo` serves (spec A7).
 * Errors: those of the file system.
 */
export async function prepareDirectory(wanted: string, now: number): Promise<OwnDirectory> {
  if (await claim(wanted, now)) return { path: wanted, beside: false };
  const sibling = `${wanted}.continuo`;
  if (await claim(sibling, now)) return { path: sibling, beside: true };
  throw new Error(`${wanted} and ${sibling} both hold files of another program.`);
}

/** True when the directory is ours now. */
async function claim(directory: string, now: number): Promise<boolean> {
  const names = await namesIn(directory);
  if (!names.includes(MARKER_FILE)) {
    if (names.some(isSessionFile)) return false;
    const made = await mkdir(directory, { recursive: true, mode: 0o700 });
    // One that was there keeps its mode: it may be more than ours.
    if (made !== undefined) await chmod(directory, 0o700);
    await writeFile(join(directory, MARKER_FILE), MARKER_TEXT, { mode: 0o600 });
  }
  await removeLeftovers(directory, names, now);
  return true;
}

function isSessionFile(name: string): boolean {
  return name.startsWith(INDEX_FILE) || name.includes(".jsonl");
}

/** Empty where there is no such directory. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** What a killed process left: locks of turns that no longer run, files that were never finished. */
async function removeLeftovers(directory: string, names: readonly string[], now: number): Promise<void> {
  for (const name of names) {
    const path = join(directory, name);
    const isLeftover = name.endsWith(UNFINISHED_SUFFIX) || (name.endsWith(".jsonl.lock") && (await isStale(path, now)));
    if (isLeftover) await rm(path, { force: true });
  }
}

/** Our own pid counts as dead: nothing is locked yet when a directory is first used, so a process before us had it. */
async function isStale(path: string, now: number): Promise<boolean> {
  const holder = pidIn(await readFile(path, "utf8"));
  if (holder === null || holder === pid || !isAlive(holder)) return true;
  return now - (await stat(path)).mtimeMs > STALE_LOCK_MS;
}

function pidIn(text: string): number | null {
  try {
    const { pid: holder } = JSON.parse(text) as { pid?: unknown };
    return typeof holder === "number" && Number.isInteger(holder) && holder > 0 ? holder : null;
  } catch {
    return null; // Cut off by a crash: nobody holds it.
  }
}
