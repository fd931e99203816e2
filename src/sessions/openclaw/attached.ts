import { textIn, type Fields } from "./fields.ts";

/** Something that was sent with a message there. */
export interface SentThere {
  readonly name: string | null;
  /** The MIME type. */
  readonly type: string;
  readonly from:
    /** Base64 in a block of the content, by its index. */
    | { readonly block: number; readonly data: string }
    /** A file of the source, as the machine of that time called it. */
    | { readonly path: string };
}

const UNKNOWN_TYPE = "application/octet-stream";

function listIn(fields: Fields, many: string, one: string): readonly string[] {
  const list = fields[many];
  if (Array.isArray(list)) return list.map((value) => (typeof value === "string" ? value : ""));
  const only = textIn(fields, one);
  return only === null ? [] : [only];
}

/**
 * Files that a message names in fields of its own. What its words name (`[media attached: …]`) is not read: anybody can write
 * such a line, and would be shown the file of somebody else.
 */
export function filesOf(message: Fields): SentThere[] {
  const types = listIn(message, "MediaTypes", "MediaType");
  return listIn(message, "MediaPaths", "MediaPath").flatMap((path, index) => (path === "" ? [] : [{ name: path, type: types[index] || UNKNOWN_TYPE, from: { path } }]));
}

const NAMED_IN_WORDS = /^\[media attached(?: \d+\/\d+)?: (?!\d+ files\])/gm;

/** How many files the words name that no field does. */
export function namedInWords(text: string, fields: number): number {
  return Math.max(0, (text.match(NAMED_IN_WORDS)?.length ?? 0) - fields);
}
