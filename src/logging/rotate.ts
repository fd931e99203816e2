import { chmod, mkdir, open, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** How many older files stay: `gateway.log.1` is the newest of them. */
const KEPT = 3;
const FULL_BYTES = 10 * 1024 * 1024;

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0;
    throw error;
  }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/**
 * Makes the log file ready to be appended to: readable by its owner alone, and moved aside when it has grown to
 * `fullBytes`. Only the start of a gateway rotates: nothing that follows the file loses it while it reads.
 */
export async function prepareLogFile(path: string, fullBytes = FULL_BYTES): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if ((await sizeOf(path)) >= fullBytes) {
    for (let age = KEPT - 1; age >= 1; age--) await moveIfThere(`${path}.${age}`, `${path}.${age + 1}`);
    await moveIfThere(path, `${path}.1`);
  }
  const file = await open(path, "a", 0o600);
  await file.close();
  await chmod(path, 0o600);
}
