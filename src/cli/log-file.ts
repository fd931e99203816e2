import { open, stat } from "node:fs/promises";

const BLOCK = 64 * 1024;
/** No screen shows more; it bounds what a log of any size costs. */
const MOST = 4 * 1024 * 1024;
const NEWLINE = 0x0a;

export async function logSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

export interface LogTail {
  readonly lines: readonly string[];
  /** Where the file ended, in bytes: following goes on from there. */
  readonly end: number;
}

function countNewlines(block: Buffer): number {
  let count = 0;
  for (let at = block.indexOf(NEWLINE); at >= 0; at = block.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/**
 * The last `count` lines after byte `from`, read backwards block by block, so that a log of any size costs what is shown.
 * Bytes are cut at newlines only: no character is torn. A file that is not there has no lines.
 */
export async function tailLog(path: string, count: number, from = 0): Promise<LogTail> {
  const end = await logSize(path);
  if (end <= from) return { lines: [], end };
  const file = await open(path, "r");
  try {
    const blocks: Buffer[] = [];
    let start = end;
    let newlines = 0;
    while (start > from && newlines <= count && end - start < MOST) {
      const size = Math.min(BLOCK, start - from);
      const block = Buffer.alloc(size);
      await file.read(block, 0, size, start - size);
      blocks.unshift(block);
      newlines += countNewlines(block);
      start -= size;
    }
    const lines = Buffer.concat(blocks).toString("utf8").split("\n");
    if (lines.at(-1) === "") lines.pop();
    return { lines: lines.slice(-count), end };
  } finally {
    await file.close();
  }
}

export async function readLogFrom(path: string, from: number, count: number): Promise<readonly string[]> {
  return (await tailLog(path, count, from)).lines;
}

/**
 * Whole lines as they are appended, from byte `from` on, until `signal` fires. A file that became shorter was rotated:
 * it is read from its beginning.
 */
export async function* followLog(path: string, from: number, pause: () => Promise<void>, signal: AbortSignal): AsyncGenerator<string> {
  let at = from;
  let rest: Buffer = Buffer.alloc(0);
  while (!signal.aborted) {
    const size = await logSize(path);
    if (size < at) {
      at = 0;
      rest = Buffer.alloc(0);
    }
    if (size === at) {
      await pause();
      continue;
    }
    const file = await open(path, "r");
    try {
      const block = Buffer.alloc(Math.min(BLOCK, size - at));
      const { bytesRead } = await file.read(block, 0, block.length, at);
      at += bytesRead;
      rest = Buffer.concat([rest, block.subarray(0, bytesRead)]);
    } finally {
      await file.close();
    }
    for (let cut = rest.indexOf(NEWLINE); cut >= 0; cut = rest.indexOf(NEWLINE)) {
      yield rest.subarray(0, cut).toString("utf8");
      rest = rest.subarray(cut + 1);
    }
  }
}
