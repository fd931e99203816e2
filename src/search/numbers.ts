import { createHash } from "node:crypto";

/** Ranges of numbers that one word of the index stands for: of 4,096 numbers, of 16 times as many, and so on. */
const SMALLEST = 12;
const LARGEST = 24;
const BLOCK_BITS: readonly number[] = [SMALLEST, 16, 20, LARGEST];
/** Characters that no text's words have: what begins with one of them was put there by the index. */
const SESSION_MARK = "\uE000";
const BLOCK_MARK = "\uE001";

/** Only what was said in the session is read when it is searched alone. */
export function sessionWord(sessionKey: string): string {
  return SESSION_MARK + createHash("sha1").update(sessionKey).digest("hex").slice(0, 12);
}

function blockWord(bits: number, doc: number): string {
  return `${BLOCK_MARK}${bits.toString(36)}x${Math.floor(doc / 2 ** bits)}`;
}

/** The blocks that a number lies in. */
export function blocksOf(doc: number): string[] {
  return BLOCK_BITS.map((bits) => blockWord(bits, doc));
}

/** The fewest blocks that hold all numbers of a range; its beginning is the beginning of a block. */
export function blocksBetween(first: number, end: number): string[] {
  const words: string[] = [];
  for (let at = first; at < end; ) {
    const bits = BLOCK_BITS.findLast((candidate) => at % 2 ** candidate === 0 && at + 2 ** candidate <= end) ?? SMALLEST;
    words.push(blockWord(bits, at));
    at += 2 ** bits;
  }
  return words;
}

export interface Range {
  readonly first: number;
  readonly end: number;
}

/** The first range, and how much longer each is than the one before. */
const FIRST_RANGE = 2 ** 14;
const GROWTH = 16;

/** The numbers below `end`, newest first: what is said often is found in a short range, what is not in few long ones. */
export function* rangesBelow(end: number, lowest: number): Generator<Range> {
  for (let to = end, length = FIRST_RANGE; to > lowest; length *= GROWTH) {
    const block = Math.min(length, 2 ** LARGEST);
    const first = Math.floor((to - length) / block) * block;
    yield { first, end: to };
    to = first;
  }
}
