import { readFile, realpath } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import JSON5 from "json5";
import { ContinuoError } from "../domain/errors.ts";
import { formatPath, isObject, type PathSegment } from "./value-path.ts";
import { replaceFile } from "./write-file.ts";

/** One setting to write; `value: undefined` takes it out. Paths go through objects only, a list is replaced whole. */
export interface ConfigEdit {
  readonly path: readonly [string, ...string[]];
  readonly value: unknown;
}

/** Keys stay quoted: unquoted numbers, such as Discord's ids, would make the file unreadable. */
const WRITE = { mode: "json5", quote_keys: true, reserved_keys: "replace", null_prototype: true };
const FORBIDDEN: readonly string[] = ["__proto__"];

function apply(tree: Record<string, unknown>, { path, value }: ConfigEdit): void {
  if (path.some((segment) => FORBIDDEN.includes(segment))) {
    throw new ContinuoError("CONFIG_INVALID", `${formatPath(path)}: this name cannot be used as a key. Fix: use another.`);
  }
  let node = tree;
  for (const [index, segment] of path.slice(0, -1).entries()) {
    const child = node[segment];
    if (isObject(child)) {
      node = child;
      continue;
    }
    if (child !== undefined && child !== null) {
      throw new ContinuoError("CONFIG_INVALID", `${formatPath(path.slice(0, index + 1))}: expected an object, so ${formatPath(path)} cannot be set. Fix: correct it in the file.`);
    }
    if (value === undefined) return;
    const made: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    node[segment] = made;
    node = made;
  }
  const last = path.at(-1) as PathSegment;
  if (value === undefined) delete node[last];
  else node[last] = value;
}

function sameData(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

/** Without prototypes and order, so that two trees compare by what they say. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.entries(value).map(([key, item]) => [key, plain(item)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * The text with the edits, comments and layout kept. What comes out is read again before it is believed.
 * Errors: CONFIG_SYNTAX when the text is not JSON5, CONFIG_INVALID when a path runs through something else.
 */
export async function editText(text: string, edits: readonly ConfigEdit[]): Promise<string> {
  // Loaded only by those who edit: reading never needs it.
  const { default: jju } = await import("jju");
  let tree: unknown;
  try {
    tree = jju.parse(text, WRITE);
  } catch (error) {
    throw new ContinuoError("CONFIG_SYNTAX", "The file cannot be edited because it is not valid JSON5.", { cause: error });
  }
  if (!isObject(tree)) throw new ContinuoError("CONFIG_INVALID", "The file cannot be edited because it does not hold an object.");
  for (const edit of edits) apply(tree, edit);
  const out = jju.update(text, tree, WRITE);
  // Losing the comments is better than losing a setting.
  if (!sameData(JSON5.parse(out), tree)) return `${JSON.stringify(tree, null, 2)}\n`;
  return out;
}

/**
 * Writes settings into the file in one step, keeping its comments; a symbolic link stays one.
 * When somebody else saves meanwhile, the edit is done again on what they wrote.
 * Errors: CONFIG_UNREADABLE, CONFIG_SYNTAX, CONFIG_INVALID, STATE_UNWRITABLE.
 */
export async function editConfig(path: string, edits: readonly ConfigEdit[]): Promise<void> {
  const file = await realpath(path).catch((error: unknown) => {
    throw new ContinuoError("CONFIG_UNREADABLE", `${path} cannot be read (${String((error as NodeJS.ErrnoException).code)}).`, { cause: error, fields: { file: path } });
  });
  for (;;) {
    const before = await readFile(file, "utf8");
    const after = await editText(before, edits);
    if (after === before) return;
    if ((await readFile(file, "utf8")) !== before) continue;
    try {
      return await replaceFile(file, after);
    } catch (error) {
      throw new ContinuoError("STATE_UNWRITABLE", `${path} cannot be written (${String((error as NodeJS.ErrnoException).code)}).`, { cause: error, fields: { file: path } });
    }
  }
}

