import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { unfinished } from "./places.ts";

/** Text that is handed to the disk at once: small enough that making it is never felt by a turn. */
export const CHUNK_LENGTH = 64 * 1024;

/** Joins parts to chunks. Parts are never cut, so that a chunk of a transcript is whole lines: at most one part too long. */
export async function* gather(parts: Iterable<string> | AsyncIterable<string>, length = CHUNK_LENGTH): AsyncGenerator<string> {
  let chunk = "";
  for await (const part of parts) {
    chunk += part;
    if (chunk.length < length) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}

/** Writes at the file's position; the number of bytes. */
async function writeParts(file: FileHandle, parts: Iterable<string> | AsyncIterable<string>): Promise<number> {
  let bytes = 0;
  for await (const chunk of gather(parts)) {
    const encoded = Buffer.from(chunk, "utf8");
    await file.writeFile(encoded);
    bytes += encoded.length;
  }
  return bytes;
}

/** Replaces a file in one step: whoever reads it sees the old one or the new one, whole. The number of bytes. */
export async function replaceFile(path: string, parts: Iterable<string> | AsyncIterable<string>): Promise<number> {
  const temporary = unfinished(path);
  try {
    const file = await open(temporary, "w", 0o600);
    let bytes: number;
    try {
      bytes = await writeParts(file, parts);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return bytes;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // The first error is the one to tell.
    throw error;
  }
}

/**
 * Appends to a file that is exactly `expected` bytes long; the number of bytes appended. Null, with nothing written,
 * when it is not: somebody removed or changed it, or a write was cut off.
 */
export async function appendFile(path: string, expected: number, parts: AsyncIterable<string>): Promise<number | null> {
  const file = await open(path, "a", 0o600);
  try {
    if ((await file.stat()).size !== expected) return null;
    return await writeParts(file, parts);
  } finally {
    await file.close();
  }
}
