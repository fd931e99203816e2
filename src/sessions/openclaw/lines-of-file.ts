import { open } from "node:fs/promises";
import type { FoundLine } from "./found.ts";

const CHUNK = 256 * 1024;
/** A line longer than this is no line of a transcript. */
const LONGEST = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

/** UTF-16 is what some editors on Windows save: nothing of it is lost. */
function decoderOf(first: Buffer): { readonly encoding: "utf-8" | "utf-16le" | "utf-16be"; readonly skip: number } {
  if (first[0] === 0xff && first[1] === 0xfe) return { encoding: "utf-16le", skip: 2 };
  if (first[0] === 0xfe && first[1] === 0xff) return { encoding: "utf-16be", skip: 2 };
  return { encoding: "utf-8", skip: first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf ? 3 : 0 };
}

function textOf(bytes: Buffer, decoder: InstanceType<typeof TextDecoder>): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null; // named by its line by whoever asked
  }
}

/** The lines of a file, a piece of it in memory at a time. Only UTF-16 is read whole. Errors: those of the file system. */
export async function* linesOfFile(path: string): AsyncGenerator<FoundLine> {
  const file = await open(path, "r");
  try {
    const start = Buffer.alloc(3);
    await file.read(start, 0, 3, 0);
    const { encoding, skip } = decoderOf(start);
    if (encoding !== "utf-8") {
      const text = new TextDecoder(encoding).decode((await file.readFile()).subarray(skip));
      for (const [index, line] of text.split(/\r?\n/).entries()) yield { number: index + 1, text: line };
      return;
    }
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    // Of the line that has not ended yet: joined once, however long it is.
    let begun: Buffer[] = [];
    let length = 0;
    let number = 0;
    for (let position = skip; ; ) {
      const chunk = Buffer.alloc(CHUNK);
      const { bytesRead } = await file.read(chunk, 0, CHUNK, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      let bytes = chunk.subarray(0, bytesRead);
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE)) {
        yield { number: ++number, text: textOf(Buffer.concat([...begun, bytes.subarray(0, end)]), decoder) };
        bytes = bytes.subarray(end + 1);
        [begun, length] = [[], 0];
      }
      begun.push(bytes);
      length += bytes.length;
      if (length > LONGEST) throw new RangeError(`line ${number + 1} is longer than ${LONGEST / 1024 / 1024} MiB`);
    }
    if (length > 0) yield { number: number + 1, text: textOf(Buffer.concat(begun), decoder) };
  } finally {
    await file.close();
  }
}
