import { createHash } from "node:crypto";
import { asFields, textIn, type Fields } from "./fields.ts";

/** What a message says: its words, and its blocks where words are not all of it. */
export interface Content {
  readonly text: string;
  /** Null: the text is all there is. */
  readonly blocks: readonly unknown[] | null;
  /** Pictures and other data that were left in the source. */
  readonly left: number;
}

/** Blocks longer than this are data, not words. */
const MOST_DATA = 8_192;

function hashOf(data: string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Data in the middle of a transcript is named by its hash and left where it is: entries stay small, whatever was sent (P30). */
function withoutData(block: Fields): { readonly block: Fields; readonly isLeft: boolean } {
  const holder = asFields(block["source"]) ?? block;
  const data = textIn(holder, "data");
  if (data === null || data.length <= MOST_DATA) return { block, isLeft: false };
  const lean = { ...holder, data: undefined, bytes: Math.floor((data.length * 3) / 4), sha256: hashOf(data) };
  return { block: holder === block ? lean : { ...block, source: lean }, isLeft: true };
}

function wordsOf(block: unknown): string | null {
  const fields = asFields(block);
  return fields?.["type"] === "text" && typeof fields["text"] === "string" ? fields["text"] : null;
}

/** The words of blocks, one under the other. */
export function wordsIn(blocks: readonly unknown[]): string {
  return blocks.map(wordsOf).filter((words) => words !== null).join("\n");
}

/** Reads `content` in all its forms (spec 3.4): text, or blocks of text, thinking, tool calls and pictures. */
export function readContent(value: unknown): Content {
  if (typeof value === "string") return { text: value, blocks: null, left: 0 };
  if (!Array.isArray(value)) return { text: "", blocks: null, left: 0 };
  const [only] = value as readonly unknown[];
  const words = value.length === 1 ? wordsOf(only) : null;
  if (words !== null && Object.keys(asFields(only) ?? {}).length === 2) return { text: words, blocks: null, left: 0 };
  const lean = (value as readonly unknown[]).map((block) => {
    const fields = asFields(block);
    return fields === null ? { block, isLeft: false } : withoutData(fields);
  });
  const blocks = lean.map(({ block }) => block);
  return { text: wordsIn(blocks), blocks, left: lean.filter(({ isLeft }) => isLeft).length };
}
