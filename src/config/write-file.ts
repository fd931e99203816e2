import { constants, copyFile, link, mkdir, mkdtemp, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;
const NO_HARD_LINKS: readonly string[] = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/** Hands `place` a complete, synced, private file on the same disk as `path`, and cleans up after it. */
async function writeBeside<T>(path: string, text: string, place: (temporary: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: PRIVATE_DIRECTORY });
  const workspace = await mkdtemp(`${path}.`);
  const temporary = join(workspace, basename(path));
  try {
    const handle = await open(temporary, "wx", PRIVATE_FILE);
    try {
      await handle.writeFile(text, "utf8");
      await handle.sync();
    } finally {
      await handle.close();
    }
    return await place(temporary);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

/** Replaces the file in one step: a reader sees the old text or the new one, whatever happens in between. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await writeBeside(path, text, (temporary) => rename(temporary, path));
}

/** A hard link refuses an existing name, which a rename does not; some file systems have none. */
async function placeNew(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path).catch(async (error: NodeJS.ErrnoException) => {
      if (!NO_HARD_LINKS.includes(error.code ?? "")) throw error;
      await copyFile(temporary, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Makes the file in one step, mode 0600; false, and nothing touched, when there is one already. */
export async function createFile(path: string, text: string): Promise<boolean> {
  return await writeBeside(path, text, (temporary) => placeNew(temporary, path));
}
