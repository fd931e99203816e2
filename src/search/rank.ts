/** What of a text counts when it is ranked. */
export interface Ranked {
  /** Of each thing that is wanted, how often it is said. */
  readonly counts: readonly number[];
  /** How long the text is. */
  readonly words: number;
  readonly ageMs: number;
  readonly isBeginning: boolean;
}

/** As in BM25: the second mention counts less than the first, and in a long text each counts less. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;
const USUAL_WORDS = 30;
/** What was said now counts this much more than what was said long ago; half of it is gone after a month. */
const NEWNESS = 0.6;
const HALF_MS = 30 * 24 * 3_600_000;
/** More than all else can make: whole words come first. */
const BEGINNING = 4;

/**
 * Every candidate says all that is wanted, so that how rare a word is decides nothing; how much a text is about it, and how
 * new it is, do.
 */
export function rankOf({ counts, words, ageMs, isBeginning }: Ranked): number {
  const norm = SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * words) / USUAL_WORDS);
  const about = counts.reduce((sum, count) => sum + (count * (SATURATION + 1)) / (count + norm), 0) / Math.max(1, counts.length);
  return about + (NEWNESS * HALF_MS) / (HALF_MS + Math.max(0, ageMs)) - (isBeginning ? BEGINNING : 0);
}
