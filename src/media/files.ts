import { closeSync, fsyncSync, openSync, statSync, unlinkSync, utimesSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../domain/clock.ts";
import type { MediaPlace } from "./place.ts";

const DIRECTORIES = 256;

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  return work.catch((error: unknown) => (isMissing(error) ? null : Promise.reject(error)));
}

function syncDirectory(path: string): void {
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } catch (error) {
    // Some file systems cannot flush a directory; the file itself has been.
    if (!["EINVAL", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    closeSync(directory);
  }
}

/** `<root>/ab/cdef...`: under its name a file is whole, and on the disk. */
export function fileOf(root: string, ref: string): string {
  return join(root, ref.slice(0, 2), ref.slice(2));
}

/**
 * Makes a file young again; false when it is not there. Not awaited: between this look and its act nothing else of this
 * process runs, so that what is sent again is not removed in that moment.
 */
function touch(path: string, now: number): boolean {
  try {
    utimesSync(path, now / 1000, now / 1000);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Removes a file that nobody has written since; the counterpart of `touch`. */
function removeOld(path: string, before: number): void {
  try {
    if (Math.round(statSync(path).mtimeMs) < before) unlinkSync(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function writeWhole(path: string, partial: string, bytes: Uint8Array, now: number): Promise<void> {
  const handle = await open(partial, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    // Its age is compared with times of this clock alone.
    await handle.utimes(now / 1000, now / 1000);
    await handle.sync();
    await handle.close();
    await rename(partial, path);
  } catch (error) {
    await handle.close().catch(() => undefined); // closed already where all was written
    await rm(partial, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

/** Files by their hash (0600, in directories 0700). A partial one has a name that no hash has. */
export function createFiles(root: string, { clock, newId }: { readonly clock: Clock; newId(): string }): MediaPlace {
  let swept = 0;
  return {
    async write(ref, bytes) {
      const path = fileOf(root, ref);
      if (touch(path, clock.now())) return;
      const directory = dirname(path);
      const made = await mkdir(directory, { recursive: true, mode: 0o700 });
      if (made !== undefined) syncDirectory(dirname(directory));
      await writeWhole(path, `${path}.${newId()}.partial`, bytes, clock.now());
    },
    read: (ref) => unlessMissing(readFile(fileOf(root, ref))),
    has: async (ref) => statSync(fileOf(root, ref), { throwIfNoEntry: false })?.isFile() === true,
    remove: async (ref, before) => removeOld(fileOf(root, ref), before),
    async sweep(before, isKnown) {
      const prefix = swept.toString(16).padStart(2, "0");
      swept = (swept + 1) % DIRECTORIES;
      let met = 0;
      for (const name of (await unlessMissing(readdir(join(root, prefix)))) ?? []) {
        if (await isKnown(`${prefix}${name}`)) continue;
        met++;
        removeOld(join(root, prefix, name), before);
      }
      return met;
    },
  };
}
