import { createReadStream } from "node:fs";
import { createZstdDecompress } from "node:zlib";

const NEWLINE = 10;

/** The lines of a compressed file without their ends; a last one that has no end is an error of its reader. */
export async function* linesOf(path: string, signal: AbortSignal, onBytes: (bytes: number) => void): AsyncGenerator<string> {
  const file = createReadStream(path, { signal, highWaterMark: 1 << 18 });
  file.on("data", (chunk) => onBytes(chunk.length));
  const text = file.pipe(createZstdDecompress());
  // `pipe` leaves the reader waiting for ever when the file cannot be read.
  file.on("error", (error) => text.destroy(error));
  let begun: Buffer[] = [];
  try {
    for await (const chunk of text as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
        const part = chunk.subarray(from, end);
        yield begun.length === 0 ? part.toString("utf8") : Buffer.concat([...begun, part]).toString("utf8");
        begun = [];
        from = end + 1;
      }
      if (from < chunk.length) begun.push(Buffer.from(chunk.subarray(from)));
    }
    if (begun.length > 0) yield Buffer.concat(begun).toString("utf8");
  } finally {
    file.destroy();
    text.destroy();
  }
}
