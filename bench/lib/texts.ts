/** Texts as people write them, as far as an index sees it: few words said often and many seldom, a tenth of it Chinese; the same each time. */
export interface Texts {
  entry(number: number): string;
  /** Kinds of queries, each with so many of them. */
  queries(count: number): readonly (readonly [kind: string, queries: readonly string[]])[];
}

const WORDS = 50_000;
const SIGNS = 3_000;
const FIRST_SIGN = 0x4e00;
const SYLLABLES = "ka ro mi ten shu lo va ne pri stu gal om fer ix du bar sol wen jat qui".split(" ");

/** Numbers from 0 up to 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The rank of a word: the first is said about as often as the next two together, and so on (Zipf). */
function ranked(draw: number, many: number): number {
  return Math.min(many - 1, Math.floor((many + 1) ** draw) - 1);
}

function word(rank: number): string {
  let text = "";
  for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) text += SYLLABLES[rest % SYLLABLES.length];
  return text;
}

const sign = (rank: number): string => String.fromCodePoint(FIRST_SIGN + rank * 5);
const isChinese = (number: number): boolean => number % 11 === 3;

function chinese(next: () => number): string {
  return Array.from({ length: 10 + Math.floor(next() * 25) }, () => sign(ranked(next(), SIGNS))).join("");
}

function latin(next: () => number): string[] {
  return Array.from({ length: 6 + Math.floor(next() * 25) }, () => word(ranked(next(), WORDS)));
}

function entryOf(number: number): string {
  const next = random(number + 1);
  return isChinese(number) ? `${chinese(next)}。` : `${latin(next).join(" ")}.`;
}

export function createTexts(entries: number): Texts {
  const next = random(entries);
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from));
  const said = (wanted: (number: number) => boolean): string => {
    let number = between(0, entries);
    while (!wanted(number)) number = between(0, entries);
    return entryOf(number).slice(0, -1);
  };
  const phrase = (): string => {
    const words = said((number) => !isChinese(number)).split(" ");
    const at = between(0, words.length - 2);
    return `"${words.slice(at, at + 3).join(" ")}"`;
  };
  const kinds: readonly (readonly [string, () => string])[] = [
    ["Common", () => word(between(0, 20))],
    ["Middle", () => word(between(500, 2_000))],
    ["Rare", () => word(between(20_000, WORDS))],
    ["Two", () => `${word(between(0, 50))} ${word(between(100, 3_000))}`],
    ["Phrase", phrase],
    ["Begun", () => word(between(3_000, 40_000)).slice(0, -2)],
    ["Chinese", () => said(isChinese).slice(2, 4)],
  ];
  return { entry: entryOf, queries: (count) => kinds.map(([kind, query]) => [kind, Array.from({ length: count }, query)]) };
}
