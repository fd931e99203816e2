import { createHash } from "node:crypto";
import { asFields, textIn, type Fields } from "./fields.ts";

/** What a message says: its words, and its blocks where words are not all of it. */
export interface Content {
  readonly text: string;
  /** Null: the text is all there is. */
  readonly blocks: readonly unknown[] | null;
  /** Pictures and other data in the middle of it. */
  readonly embedded: readonly Embedded[];
}

export interface Embedded {
  readonly name: string | null;
  /** The MIME type. */
  readonly type: string;
  readonly from: { readonly block: number; readonly data: string };
}

/** Blocks longer than this are data, not words. */
const MOST_DATA = 8_192;

function hashOf(data: string): string {
  return createHash("sha256").update(data).digest("hex");
}

function dataIn(block: Fields): { readonly holder: Fields; readonly data: string } | null {
  const holder = asFields(block["source"]) ?? block;
  const data = textIn(holder, "data");
  return data === null || (data.length <= MOST_DATA && block["type"] !== "image") ? null : { holder, data };
}

/** Data in the middle of a transcript is kept elsewhere, and named by its hash here: entries stay small, whatever was sent (P30). */
function withoutData(block: Fields): Fields {
  const { holder, data } = dataIn(block) ?? { holder: block, data: "" };
  if (data.length <= MOST_DATA) return block;
  const lean = { ...holder, data: undefined, bytes: Math.floor((data.length * 3) / 4), sha256: hashOf(data) };
  return holder === block ? lean : { ...block, source: lean };
}

function embeddedIn(block: Fields, index: number): Embedded[] {
  const found = dataIn(block);
  if (found === null) return [];
  const { holder, data } = found;
  const type = textIn(holder, "mimeType") ?? textIn(holder, "media_type") ?? (block["type"] === "image" ? "image/png" : "application/octet-stream");
  return [{ name: textIn(block, "fileName") ?? textIn(block, "filename") ?? textIn(block, "name"), type, from: { block: index, data } }];
}

function wordsOf(block: unknown): string | null {
  const fields = asFields(block);
  if (fields?.["type"] === "text") return typeof fields["text"] === "string" ? fields["text"] : null;
  // What did not come along has a line in its place (sent.ts).
  return fields === null ? null : textIn(fields, "notImported");
}

function withoutDataIn(block: unknown): unknown {
  const fields = asFields(block);
  return fields === null ? block : withoutData(fields);
}

/** The words of blocks, one under the other. */
export function wordsIn(blocks: readonly unknown[]): string {
  return blocks.map(wordsOf).filter((words) => words !== null).join("\n");
}

/** Reads `content` in all its forms (spec 3.4): text, or blocks of text, thinking, tool calls and pictures. */
export function readContent(value: unknown): Content {
  if (typeof value === "string") return { text: value, blocks: null, embedded: [] };
  if (!Array.isArray(value)) return { text: "", blocks: null, embedded: [] };
  const [only] = value as readonly unknown[];
  const words = value.length === 1 ? wordsOf(only) : null;
  if (words !== null && Object.keys(asFields(only) ?? {}).length === 2) return { text: words, blocks: null, embedded: [] };
  const blocks = (value as readonly unknown[]).map((block) => withoutDataIn(block));
  const embedded = (value as readonly unknown[]).flatMap((block, index) => embeddedIn(asFields(block) ?? {}, index));
  return { text: wordsIn(blocks), blocks, embedded };
}
