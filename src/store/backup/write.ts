import { createHash } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import { createTableHash } from "../copy/hash.ts";
import { pagesOf } from "../copy/read-all.ts";
import type { RowSource } from "../copy/rows.ts";
import { BACKUP_VERSION, type Manifest, type PackedFile } from "./manifest.ts";

const LEVEL = 3;
/** So much is on the disk before more is written: nobody's commit waits for a long queue of ours. */
const SYNC_EVERY = 4 << 20;

export interface BackupContent {
  readonly source: RowSource;
  readonly files: readonly PackedFile[];
  readonly product: string;
  readonly at: number;
}

interface Written {
  readonly text: AsyncGenerator<string>;
  /** Once `text` has ended. */
  manifest(): Manifest;
}

function fileLine({ name, content }: PackedFile): { readonly line: string; readonly listed: Manifest["files"][number] } {
  const bytes = Buffer.from(content);
  const listed = { name, bytes: bytes.byteLength, sha256: createHash("sha256").update(bytes).digest("hex") };
  return { line: `${JSON.stringify({ file: name, base64: bytes.toString("base64") })}\n`, listed };
}

/** The lines of a backup: head, files, rows of each table behind its name, the manifest. */
function linesOf({ source, files, product, at }: BackupContent, onRows: (rows: number) => void): Written {
  const whole = createHash("sha256");
  const said = (text: string): string => {
    whole.update(text);
    return text;
  };
  const made: { manifest: Manifest | null } = { manifest: null };
  async function* text(): AsyncGenerator<string> {
    const shapes = await source.tables();
    const head = { format: "continuo-backup", version: BACKUP_VERSION, product, schema: source.schema, engine: source.engine, at } as const;
    yield said(`${JSON.stringify({ ...head, tables: shapes })}\n`);
    const packed = files.map(fileLine);
    for (const { line } of packed) yield said(line);
    const tables: Manifest["tables"] = [];
    for (const shape of shapes) {
      yield said(`${JSON.stringify({ table: shape.name })}\n`);
      const hash = createTableHash();
      for await (const { rows, lines } of pagesOf(source, shape)) {
        hash.add(lines, rows.length);
        onRows(rows.length);
        yield said(lines);
      }
      tables.push({ ...shape, columns: [...shape.columns], key: [...shape.key], ...hash.digest() });
    }
    const manifest = { ...head, tables, files: packed.map(({ listed }) => listed), counters: { ...(await source.counters()) } };
    made.manifest = manifest;
    yield `${JSON.stringify({ manifest, sha256: whole.digest("hex") })}\n`;
  }
  return {
    text: text(),
    manifest() {
      if (made.manifest === null) throw new Error("the backup has not been written to its end");
      return made.manifest;
    },
  };
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  // Some file systems cannot flush a directory; the file itself has been.
  await handle.sync().catch((error: NodeJS.ErrnoException) => (error.code === "EINVAL" || error.code === "EPERM" ? undefined : Promise.reject(error)));
  await handle.close();
}

/**
 * Writes `content` to `partial` (0600), and gives it the name `path` once it is whole and on the disk: under that name
 * there never is half a backup. What could not be ended is removed.
 */
export async function writeBackup(path: string, partial: string, content: BackupContent, signal: AbortSignal, onRows: (rows: number) => void): Promise<Manifest> {
  const { text, manifest } = linesOf(content, onRows);
  const handle = await open(partial, "wx", 0o600);
  try {
    const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 } });
    const keep = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
      let unsynced = 0;
      for await (const chunk of chunks) {
        await handle.writeFile(chunk);
        unsynced += chunk.byteLength;
        if (unsynced < SYNC_EVERY) continue;
        unsynced = 0;
        await handle.datasync();
      }
    };
    await pipeline(Readable.from(text, { objectMode: false }), compress, keep, { signal });
    await handle.sync();
    await handle.close();
    signal.throwIfAborted();
    await rename(partial, path);
    await syncDirectory(dirname(path));
    return manifest();
  } catch (error) {
    await handle.close().catch(() => undefined); // closed already where the end was reached
    await rm(partial, { force: true });
    throw signal.aborted ? signal.reason : error;
  }
}
