import { createHash } from "node:crypto";
import type { z } from "zod";
import { ContinuoError, isContinuoError } from "../../domain/errors.ts";
import { createTableHash, rowOfLine, type Digest } from "../copy/hash.ts";
import type { Row, TableShape } from "../copy/rows.ts";
import { TABLE_KEYS } from "../copy/table-list.ts";
import { newestSchema } from "../migrate.ts";
import { linesOf } from "./lines.ts";
import { BACKUP_VERSION, endSchema, headSchema, type Head, type Manifest, type PackedFile } from "./manifest.ts";

/** Takes what is in a backup as it is read; all of it is provisional until `readBackup` has resolved. */
export interface BackupVisitor {
  head?(head: Head): Promise<void>;
  file?(file: PackedFile): Promise<void>;
  begin?(table: TableShape): Promise<void>;
  rows?(rows: readonly Row[]): Promise<void>;
}

export interface Reading {
  readonly signal: AbortSignal;
  /** Bytes of the file that have been read since the last call. */
  onBytes(bytes: number): void;
}

const ROWS_AT_ONCE = 500;
const BYTES_AT_ONCE = 1 << 20;

function damaged(path: string, what: string, cause?: unknown): ContinuoError {
  return new ContinuoError("BACKUP_DAMAGED", `${path}: ${what}.`, { cause, fields: { path } });
}

function parse(path: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw damaged(path, "a line is not what was written", error);
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | null {
  const result = schema.safeParse(value);
  return result.success ? result.data : null;
}

function headOf(path: string, line: string): Head {
  const value = line.startsWith("{") ? parse(path, line) : null;
  const head = parsed(headSchema, value);
  if (head === null) throw damaged(path, "this is not a backup of Continuo");
  if (head.version > BACKUP_VERSION || head.schema > newestSchema()) {
    throw new ContinuoError("STORE_NEWER", `${path} was written by Continuo ${head.product} (format ${head.version}, schema ${head.schema}); this version knows up to format ${BACKUP_VERSION} and schema ${newestSchema()}.`);
  }
  const stranger = head.tables.find(({ name }) => !TABLE_KEYS.has(name));
  if (stranger) throw damaged(path, `it has a table ${JSON.stringify(stranger.name)}, which schema ${head.schema} does not have`);
  return head;
}

/** Reads the parts one behind the other and remembers what came, to be compared with what should have come. */
class Contents {
  readonly path: string;
  readonly head: Head;
  readonly #visitor: BackupVisitor;
  readonly #digests = new Map<string, Digest>();
  readonly #files: Manifest["files"] = [];
  readonly #waiting: Row[] = [];
  #waitingBytes = 0;
  #table: { readonly name: string; readonly hash: ReturnType<typeof createTableHash> } | null = null;

  constructor(path: string, head: Head, visitor: BackupVisitor) {
    this.path = path;
    this.head = head;
    this.#visitor = visitor;
  }

  async row(line: string): Promise<void> {
    if (this.#table === null) throw damaged(this.path, "there are rows outside of a table");
    this.#table.hash.add(`${line}\n`, 1);
    try {
      this.#waiting.push(rowOfLine(parse(this.path, line)));
    } catch (error) {
      throw isContinuoError(error) ? error : damaged(this.path, "a row is not one", error);
    }
    this.#waitingBytes += line.length;
    if (this.#waiting.length >= ROWS_AT_ONCE || this.#waitingBytes >= BYTES_AT_ONCE) await this.#hand();
  }

  async #hand(): Promise<void> {
    if (this.#waiting.length > 0) await this.#visitor.rows?.(this.#waiting.splice(0));
    this.#waitingBytes = 0;
  }

  async endTable(): Promise<void> {
    await this.#hand();
    if (this.#table !== null) this.#digests.set(this.#table.name, this.#table.hash.digest());
    this.#table = null;
  }

  async beginTable(name: unknown): Promise<void> {
    await this.endTable();
    const shape = this.head.tables.find((table) => table.name === name);
    if (!shape || this.#digests.has(shape.name)) throw damaged(this.path, `a table ${JSON.stringify(name)} is there that was not announced`);
    this.#table = { name: shape.name, hash: createTableHash() };
    await this.#visitor.begin?.(shape);
  }

  async file(name: unknown, base64: unknown): Promise<void> {
    if (typeof name !== "string" || typeof base64 !== "string") throw damaged(this.path, "a file in it is not one");
    const content = Buffer.from(base64, "base64");
    this.#files.push({ name, bytes: content.byteLength, sha256: createHash("sha256").update(content).digest("hex") });
    await this.#visitor.file?.({ name, content });
  }

  /** Throws where something is missing, or other than it was when it was written. */
  compare(manifest: Manifest): void {
    for (const { name, rows, sha256 } of manifest.tables) {
      const found = this.#digests.get(name);
      if (found?.rows !== rows) throw damaged(this.path, `table ${name} has ${found?.rows ?? 0} rows, and should have ${rows}`);
      if (found.sha256 !== sha256) throw damaged(this.path, `table ${name} is not as it was written: its checksum differs`);
    }
    if (manifest.tables.length !== this.head.tables.length) throw damaged(this.path, "it does not hold the tables that it announces");
    if (JSON.stringify(manifest.files) !== JSON.stringify(this.#files)) throw damaged(this.path, "the files in it are not as they were written");
  }
}

async function take(contents: Contents, line: string): Promise<void> {
  if (line.startsWith("[")) return contents.row(line);
  const value = parse(contents.path, line) as Readonly<Record<string, unknown>>;
  if ("table" in value) return contents.beginTable(value.table);
  if ("file" in value) return contents.file(value.file, value.base64);
  throw damaged(contents.path, "a line says nothing that is known");
}

async function readLines(path: string, visitor: BackupVisitor, { signal, onBytes }: Reading): Promise<Manifest> {
  const whole = createHash("sha256");
  let contents: Contents | null = null;
  let end: z.output<typeof endSchema> | null = null;
  for await (const line of linesOf(path, signal, onBytes)) {
    if (end !== null) throw damaged(path, "something follows its end");
    if (contents === null) {
      const head = headOf(path, line);
      contents = new Contents(path, head, visitor);
      await visitor.head?.(head);
    } else if (line.startsWith('{"manifest"')) {
      end = parsed(endSchema, parse(path, line));
      if (end === null) throw damaged(path, "its manifest is not one");
      continue;
    } else await take(contents, line);
    whole.update(`${line}\n`);
  }
  if (contents === null || end === null) throw damaged(path, "it ends too early: it was not written to its end, or cut off");
  await contents.endTable();
  contents.compare(end.manifest);
  if (whole.digest("hex") !== end.sha256) throw damaged(path, "it is not as it was written: the checksum over all of it differs");
  return end.manifest;
}

function isUnreadable(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return code.startsWith("ZSTD_") || code === "ERR_ZLIB" || code === "Z_BUF_ERROR" || code === "Z_DATA_ERROR";
}

/**
 * Reads a whole backup and checks every checksum in it. Errors: BACKUP_DAMAGED, also for what is no backup; STORE_NEWER;
 * what the visitor throws; `signal`'s reason.
 */
export async function readBackup(path: string, visitor: BackupVisitor, reading: Reading): Promise<Manifest> {
  try {
    return await readLines(path, visitor, reading);
  } catch (error) {
    if (reading.signal.aborted) throw reading.signal.reason;
    if (isUnreadable(error)) throw damaged(path, "it cannot be decompressed: it is cut off, damaged, or no backup at all", error);
    throw error;
  }
}
