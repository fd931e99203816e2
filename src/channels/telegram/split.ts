import type { RenderedPart } from "../../domain/channel.ts";

/** One tag around text; two spans of the same kind are two objects, so that each is closed on its own. */
export interface Mark {
  readonly open: string;
  readonly close: string;
}

/** Text under the same marks. `extra` is said in the plain form alone: the address behind a link. */
export interface Run {
  readonly text: string;
  readonly marks: readonly Mark[];
  readonly extra: string;
}

export function run(text: string, marks: readonly Mark[], extra = ""): Run {
  return { text, marks, extra };
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** How many marks the two have in common, counted from the outside. */
function sharedDepth(a: readonly Mark[], b: readonly Mark[]): number {
  let depth = 0;
  while (depth < a.length && depth < b.length && a[depth] === b[depth]) depth++;
  return depth;
}

function closing(marks: readonly Mark[]): string {
  return marks.toReversed().map((mark) => mark.close).join("");
}

function opening(marks: readonly Mark[]): string {
  return marks.map((mark) => mark.open).join("");
}

function toPart(runs: readonly Run[]): RenderedPart {
  let text = "";
  let plain = "";
  let current: readonly Mark[] = [];
  for (const piece of runs) {
    const shared = sharedDepth(current, piece.marks);
    text += closing(current.slice(shared)) + opening(piece.marks.slice(shared)) + escapeHtml(piece.text);
    plain += piece.text + piece.extra;
    current = piece.marks;
  }
  return { text: text + closing(current), plain };
}

/**
 * How much of `runs` fits into `limit` UTF-16 units with its markup, counted in units of bare text. The markup of
 * a link is longer than what the plain form says in its stead, so what fits here fits there too.
 */
function fitting(runs: readonly Run[], limit: number): { readonly length: number; readonly all: boolean } {
  let cost = 0;
  let length = 0;
  let current: readonly Mark[] = [];
  for (const piece of runs) {
    const shared = sharedDepth(current, piece.marks);
    cost += piece.marks.slice(shared).reduce((sum, mark) => sum + mark.open.length + mark.close.length, 0);
    for (const point of piece.text) {
      cost += escapeHtml(point).length;
      if (cost > limit) return { length, all: false };
      length += point.length;
    }
    current = piece.marks;
  }
  return { length, all: true };
}

/** Where to cut `text` (all of which fits): between paragraphs, lines, sentences, words; else at its end. */
function cutPoint(text: string): number {
  const enough = text.length / 3;
  for (const border of ["\n\n", "\n"]) {
    const at = text.lastIndexOf(border);
    if (at >= enough) return at;
  }
  const sentences = [...text.matchAll(/[.!?…]["')\]]?(?=\s)|[。！？]/gu)];
  const sentence = sentences.at(-1);
  if (sentence && sentence.index >= enough) return sentence.index + sentence[0].length;
  const word = text.search(/\s\S*$/u);
  return word > 0 ? word : text.length;
}

/** `head` holds `length` units of bare text, and what is said about its last run. */
function divide(runs: readonly Run[], length: number): { head: Run[]; tail: Run[] } {
  const head: Run[] = [];
  const tail: Run[] = [];
  let left = length;
  for (const piece of runs) {
    if (left >= piece.text.length) head.push(piece);
    else if (left > 0) {
      head.push({ ...piece, text: piece.text.slice(0, left), extra: "" });
      tail.push({ ...piece, text: piece.text.slice(left) });
    } else tail.push(piece);
    left = Math.max(0, left - piece.text.length);
  }
  return { head, tail };
}

const isBlank = (piece: Run): boolean => piece.text.trim() === "";
const inPre = (piece: Run): boolean => piece.marks.some((mark) => mark.open.startsWith("<pre>"));

/** White space at the ends shows nowhere; the indentation of a code block that goes on is kept. */
function trimRuns(runs: readonly Run[]): Run[] {
  const first = runs.findIndex((piece) => !isBlank(piece));
  const last = runs.findLastIndex((piece) => !isBlank(piece));
  const kept = first === -1 ? [] : runs.slice(first, last + 1);
  return kept.map((piece, index) => {
    let text = piece.text;
    if (index === 0) text = inPre(piece) ? text.replace(/^(?:[^\S\n]*\n)+/u, "") : text.trimStart();
    if (index === kept.length - 1) text = text.trimEnd();
    return { ...piece, text };
  });
}

/**
 * Parts of at most `limit` UTF-16 units, markup counted in, tags closed and opened again where a part ends.
 * `limit` must leave room for the longest stack of tags (`LEAST_LIMIT` in render.ts sees to it).
 */
export function splitRuns(runs: readonly Run[], limit: number): RenderedPart[] {
  const parts: RenderedPart[] = [];
  let rest = trimRuns(runs);
  while (rest.length > 0) {
    const { length, all } = fitting(rest, limit);
    if (all) {
      parts.push(toPart(rest));
      break;
    }
    const fits = divide(rest, length).head.map((piece) => piece.text).join("").slice(0, length);
    const { head, tail } = divide(rest, Math.max(1, cutPoint(fits)));
    const part = trimRuns(head);
    if (part.length > 0) parts.push(toPart(part));
    rest = trimRuns(tail);
  }
  return parts;
}
