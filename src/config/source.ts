import { isUtf8 } from "node:buffer";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { ContinuoError } from "../domain/errors.ts";
import { parsePlain } from "./json.ts";
import { invalid, problem } from "./problems.ts";
import { formatPath, isObject, type ValuePath } from "./value-path.ts";

export type ReadFile = (path: string) => Promise<Uint8Array>;

/** The file with its includes, before variables are filled in. */
export interface Source {
  readonly tree: Readonly<Record<string, unknown>>;
  readonly exists: boolean;
  /** SHA-256 over every file read; of the text alone where nothing is included. */
  readonly hash: string;
  /** Every file that was read, the main one first: what to watch. */
  readonly files: readonly string[];
}

const INCLUDE = "$include";
const MAX_DEPTH = 10;

interface Reading {
  readonly readFile: ReadFile;
  /** Relative includes may not leave this directory. */
  readonly root: string;
  readonly texts: { readonly path: string; readonly text: string }[];
}

function syntax(file: string, line: number, column: number, what: string): ContinuoError {
  return new ContinuoError("CONFIG_SYNTAX", `${file}, line ${line}, column ${column}: ${what}.`, { fields: { file, line, column } });
}

function decode(bytes: Uint8Array, file: string): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString("utf8").replace(/^\uFEFF/, "");
  const lines = buffer.toString("latin1").split("\n");
  const line = lines.findIndex((text) => !isUtf8(Buffer.from(text, "latin1")));
  throw syntax(file, line + 1, 1, "the file is not valid UTF-8");
}

/** JSON5's own message carries the place; only its words are kept, never the line's text. */
async function parseText(text: string, file: string): Promise<unknown> {
  if (text.trim() === "") throw syntax(file, 1, 1, "the file is empty; it should hold at least {}");
  const plain = parsePlain(text);
  if (plain !== undefined) return plain;
  const { JSON5 } = await import("./json5.ts");
  try {
    return JSON5.parse<unknown>(text);
  } catch (error) {
    const { lineNumber = 1, columnNumber = 1, message } = error as Error & { lineNumber?: number; columnNumber?: number };
    throw syntax(file, lineNumber, columnNumber, message.replace(/^JSON5: /, "").replace(/ at \d+:\d+$/, ""));
  }
}

/** `__proto__` as a key can only be an attack or an accident; refused before anything copies the tree. */
function refuseProto(value: unknown, path: ValuePath, file: string): void {
  if (Array.isArray(value)) value.forEach((item, index) => refuseProto(item, [...path, index], file));
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === "__proto__") throw invalid(file, [problem([...path, key], "this name cannot be used as a key", "take it out")]);
    refuseProto(item, [...path, key], file);
  }
}

async function parseFile(path: string, reading: Reading): Promise<unknown> {
  const text = decode(await reading.readFile(path), path);
  reading.texts.push({ path, text });
  const value = await parseText(text, path);
  refuseProto(value, [], path);
  return value;
}

/** Objects are merged key by key, everything else is replaced. */
function merge(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over;
  const out = { ...base };
  for (const [key, value] of Object.entries(over)) out[key] = Object.hasOwn(base, key) ? merge(base[key], value) : value;
  return out;
}

function includePath(name: unknown, at: ValuePath, from: string, reading: Reading): string {
  const path = [...at, INCLUDE];
  if (typeof name !== "string" || name.trim() === "") {
    throw invalid(from, [problem(path, "expected a file name or a list of them", 'for example "$include": "./channels.json5"')]);
  }
  if (isAbsolute(name)) return name;
  const target = resolve(dirname(from), name);
  const inside = relative(reading.root, target);
  if (inside.startsWith("..") || isAbsolute(inside)) {
    throw invalid(from, [problem(path, `"${name}" leaves the directory of the configuration`, "move the file there, or write its absolute path")]);
  }
  return target;
}

async function readIncluded(path: string, at: ValuePath, from: readonly string[], reading: Reading): Promise<unknown> {
  const where = from.at(-1) ?? path;
  const refused = (what: string, fix: string) => invalid(where, [problem([...at, INCLUDE], what, fix)]);
  if (from.includes(path)) throw refused(`${path} includes itself`, "break the circle");
  if (from.length > MAX_DEPTH) throw refused(`more than ${MAX_DEPTH} files inside each other`, "flatten them");
  try {
    return await expand(await parseFile(path, reading), at, [...from, path], reading);
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    throw new ContinuoError("CONFIG_UNREADABLE", `${formatPath([...at, INCLUDE])}: ${path} cannot be read (${String((error as NodeJS.ErrnoException).code)}).`, { cause: error, fields: { file: path } });
  }
}

async function expand(value: unknown, at: ValuePath, from: readonly string[], reading: Reading): Promise<unknown> {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [index, item] of value.entries()) items.push(await expand(item, [...at, index], from, reading));
    return items;
  }
  if (!isObject(value)) return value;
  const own: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) if (key !== INCLUDE) own[key] = await expand(item, [...at, key], from, reading);
  if (!Object.hasOwn(value, INCLUDE)) return own;
  const names = Array.isArray(value[INCLUDE]) ? value[INCLUDE] : [value[INCLUDE]];
  let merged: unknown = {};
  for (const name of names) {
    const path = includePath(name, at, from.at(-1) ?? reading.root, reading);
    merged = merge(merged, await readIncluded(path, at, from, reading));
  }
  if (Object.keys(own).length === 0) return merged;
  if (!isObject(merged)) throw invalid(from.at(-1) ?? reading.root, [problem([...at, INCLUDE], "only an object can have further keys beside it", "take the other keys out")]);
  return merge(merged, own);
}

function hashOf(texts: Reading["texts"]): string {
  const { createHash } = process.getBuiltinModule("node:crypto"); // 2 MB that nobody needs who only looks for the gateway
  const hash = createHash("sha256");
  texts.forEach(({ path, text }, index) => hash.update(index === 0 ? text : `\0${path}\0${text}`));
  return hash.digest("hex");
}

/**
 * Reads the file and what it includes. A missing main file is an empty one.
 * Errors: CONFIG_UNREADABLE, CONFIG_SYNTAX (with line and column), CONFIG_INVALID.
 */
export async function readSource(path: string, readFile: ReadFile): Promise<Source> {
  const reading: Reading = { readFile, root: dirname(path), texts: [] };
  let value: unknown;
  try {
    value = await parseFile(path, reading);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof ContinuoError) throw error;
    if (code !== "ENOENT") throw new ContinuoError("CONFIG_UNREADABLE", `${path} cannot be read (${String(code)}).`, { cause: error, fields: { file: path } });
    return { tree: {}, exists: false, get hash() { return hashOf([]); }, files: [path] };
  }
  const tree = await expand(value, [], [path], reading);
  if (!isObject(tree)) throw invalid(path, [problem([], "expected an object", 'begin the file with "{" and end it with "}"')]);
  const files = reading.texts.map(({ path: read }) => read);
  return { tree, exists: true, get hash() { return hashOf(reading.texts); }, files: [...new Set(files)] };
}
