import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A file system of its own at `directory`, of so many megabytes; null where this user may not make one. */
export function mountSmallDisk(directory: string, megabytes: number): { unmount(): void } | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "continuo-test", directory]).status !== 0) return null;
  const unmount = (): void => {
    process.off("exit", unmount);
    execFileSync("umount", ["-l", directory]);
  };
  // An interrupted run leaves none behind.
  process.on("exit", unmount);
  return { unmount };
}

/** Takes every byte that is left; the result gives them back. */
export function fillDisk(directory: string): () => void {
  const path = join(directory, "filler");
  const file = openSync(path, "w");
  try {
    // The last bytes too: what is left of a page would be room for a small write.
    for (const size of [1_048_576, 4_096, 1]) fillWith(file, Buffer.alloc(size, 1));
  } finally {
    closeSync(file);
  }
  return () => rmSync(path, { force: true });
}

function fillWith(file: number, block: Buffer): void {
  try {
    for (;;) if (writeSync(file, block) < block.length) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
