import type { Mark } from "./match.ts";

export interface Excerpt {
  /** One line. */
  readonly text: string;
  /** What was found, as places in `text`. */
  readonly marks: readonly Mark[];
}

/** About so much is shown, so much of it before what was found. */
const LENGTH = 160;
const BEFORE = 50;
/** How far a cut may be moved so that no word is cut. */
const SLACK = 16;
const DOTS = "…";

const LOW = /[\uDC00-\uDFFF]/;
const SPACE = /\s/;
const WRITTEN_ONTO = /^(?:\p{M}|\u200D|\uFE0F)/u;

/** Not within a character, nor before what is written onto one. */
function whole(text: string, at: number): number {
  let place = Math.max(0, Math.min(text.length, at));
  while (place > 0 && place < text.length && (LOW.test(text.charAt(place)) || WRITTEN_ONTO.test(text.slice(place, place + 2)))) place--;
  return place;
}

function startFor(text: string, focus: Mark): number {
  if (focus.start <= BEFORE) return 0;
  const place = whole(text, focus.start - BEFORE);
  const space = text.slice(place, place + SLACK).search(SPACE);
  return space < 0 ? place : place + space + 1;
}

function endFor(text: string, start: number): number {
  if (text.length - start <= LENGTH + SLACK) return text.length;
  const place = whole(text, start + LENGTH);
  const back = [...text.slice(place - SLACK, place)].findLastIndex((sign) => SPACE.test(sign));
  return back <= 0 ? place : whole(text, place - SLACK + back);
}

function joined(marks: readonly Mark[]): Mark[] {
  const all: Mark[] = [];
  for (const mark of marks) {
    const last = all.at(-1);
    if (last !== undefined && mark.start < last.end) all.splice(-1, 1, { start: last.start, end: Math.max(last.end, mark.end) });
    else all.push(mark);
  }
  return all;
}

/** What stands around `focus`, in one line; marks are sorted by their start. */
export function excerptOf(text: string, { marks, focus }: { readonly marks: readonly Mark[]; readonly focus: Mark }): Excerpt {
  const start = startFor(text, focus);
  const end = endFor(text, start);
  const lead = start > 0 ? DOTS : "";
  const shift = lead.length - start;
  const shown = joined(marks).flatMap((mark) => (mark.start >= end || mark.end <= start ? [] : [{ start: Math.max(mark.start, start) + shift, end: Math.min(mark.end, end) + shift }]));
  // Each sign is replaced by one: the places stay what they are.
  const line = text.slice(start, end).replaceAll(/\s|\p{Cc}/gu, " ");
  return { text: `${lead}${line}${end < text.length ? DOTS : ""}`, marks: shown };
}
