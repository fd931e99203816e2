import { createHash, type Hash } from "node:crypto";
import { open } from "node:fs/promises";
import { ContinuoError } from "../domain/errors.ts";
import { fileOf } from "../media/files.ts";
import { CHUNK_BYTES } from "../media/rows.ts";
import type { BackupVisitor } from "../store/backup/read.ts";
import type { Row, RowSource, TableShape, Value } from "../store/copy/rows.ts";

const CHUNKS = "media_chunks";
const FILES = "media";

function fieldOf({ columns }: TableShape, row: Row, name: string): Value {
  return row[columns.indexOf(name)] ?? null;
}

function chunksIn(size: number): number {
  return Math.max(1, Math.ceil(size / CHUNK_BYTES));
}

/** A piece of a file of the state directory; null where it is not there. */
async function pieceOf(root: string, ref: string, number: number): Promise<Uint8Array | null> {
  const file = await open(fileOf(root, ref), "r").catch((error: NodeJS.ErrnoException) => {
    // One that is there and cannot be opened is not to be missing from a backup in silence.
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const piece = Buffer.alloc(CHUNK_BYTES);
    const { bytesRead } = await file.read(piece, 0, CHUNK_BYTES, number * CHUNK_BYTES);
    return piece.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

interface Found {
  readonly ref: string;
  readonly size: number;
  readonly at: number;
}

/**
 * The rows of a store with the files of its state directory among them, as the rows that a database would keep them in: a
 * backup is rows alone. What lies in neither place is left out: `continuo doctor` tells of it.
 */
export function withFiles(source: RowSource, root: string): RowSource {
  const shapes = new Map<string, TableShape>();
  const shapeOf = async (name: string): Promise<TableShape | undefined> => {
    if (shapes.size === 0) for (const shape of await source.tables()) shapes.set(shape.name, shape);
    return shapes.get(name);
  };
  /** Files behind one of them. */
  const filesFrom = async (ref: string, limit: number): Promise<Found[]> => {
    const files = await shapeOf(FILES);
    if (files === undefined) return [];
    const rows = await source.rows(files, ref === "" ? null : [ref], limit);
    return rows.map((row) => ({ ref: String(fieldOf(files, row, "hash")), size: Number(fieldOf(files, row, "size")), at: Number(fieldOf(files, row, "first_at")) }));
  };
  const chunkOf = async (table: TableShape, { ref, size, at }: Found, number: number): Promise<Row | null> => {
    const content = await pieceOf(root, ref, number);
    if (content !== null && (content.byteLength > 0 || size === 0)) return table.columns.map((column) => ({ at, content, hash: ref, number })[column] ?? null);
    const [row] = await source.rows(table, [ref, number - 1], 1);
    return row !== undefined && fieldOf(table, row, "hash") === ref && Number(fieldOf(table, row, "number")) === number ? row : null;
  };
  /** The file that was begun, then those behind it. */
  let begun: Found | null = null;
  const chunksBehind = async (table: TableShape, after: Row | null, limit: number): Promise<Row[]> => {
    const found: Row[] = [];
    let next = after === null ? 0 : Number(after[1]) + 1;
    let current = after === null ? null : begun;
    while (found.length < limit) {
      if (current === null || next >= chunksIn(current.size)) {
        const last: string = current?.ref ?? (after === null ? "" : String(after[0]));
        [current = null] = await filesFrom(last, 1);
        next = 0;
        if (current === null) break;
      }
      const row = await chunkOf(table, current, next);
      if (row !== null) found.push(row);
      next++;
      begun = current;
    }
    return found;
  };
  return {
    ...source,
    rows: (table, after, limit) => (table.name === CHUNKS ? chunksBehind(table, after, limit) : source.rows(table, after, limit)),
    async count(table) {
      if (table.name !== CHUNKS) return source.count(table);
      let count = 0;
      for (let after = ""; ; ) {
        const page = await filesFrom(after, 500);
        count += page.reduce((sum, { size }) => sum + chunksIn(size), 0);
        if (page.length < 500) return count;
        after = page.at(-1)?.ref ?? "";
      }
    },
  };
}

/** Compares each file of a backup with the hash by which it is known. Throws BACKUP_DAMAGED. */
export function mediaCheck(path: string): BackupVisitor & { end(): void } {
  const damaged = (ref: string): ContinuoError => new ContinuoError("BACKUP_DAMAGED", `${path}: the file ${ref.slice(0, 12)}… that came with a message is not as it was sent.`, { fields: { path } });
  const reading: { table: TableShape | null; ref: string; hash: Hash } = { table: null, ref: "", hash: createHash("sha256") };
  const endFile = (): void => {
    const { ref, hash } = reading;
    if (ref !== "" && hash.digest("hex") !== ref) throw damaged(ref);
    Object.assign(reading, { ref: "", hash: createHash("sha256") });
  };
  return {
    async begin(table) {
      endFile();
      reading.table = table;
    },
    async rows(rows) {
      const { table } = reading;
      if (table?.name !== CHUNKS) return;
      for (const row of rows) {
        const [ref, content] = [String(fieldOf(table, row, "hash")), fieldOf(table, row, "content")];
        if (ref !== reading.ref) {
          endFile();
          reading.ref = ref;
        }
        if (content instanceof Uint8Array) reading.hash.update(content);
      }
    },
    end: endFile,
  };
}
