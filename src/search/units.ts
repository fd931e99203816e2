/**
 * The one way in which texts are cut into words, for both engines, so that both find the same. A change of what comes out
 * raises WORDING, and every index is made anew.
 */
export const WORDING = 1;

/** A word, or a character of a script that is written without spaces. Numbers are places in the text, in UTF-16 units. */
export interface Unit {
  /** As it is compared: NFKC and lower case. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isCharacter: boolean;
}

/** Longer ones are cut: nobody types them whole. */
const LONGEST_WORD = 60;
/** PostgreSQL counts places up to 16,383. */
const MOST_UNITS = 16_000;

/** Scripts whose words no space ends; Korean has spaces, and endings that nobody types. */
const PARTS =
  /(?<character>[[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]&&[\p{L}\p{N}]][\p{M}\uFF9E\uFF9F]*)|[[\p{L}\p{N}]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]][[\p{L}\p{N}\p{M}]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]]*/gv;
const PLAIN = /^[a-z0-9]+$/;
const NO_WORD = /[^\p{L}\p{N}\p{M}]+/gu;

function compared(text: string): string {
  if (text.length <= LONGEST_WORD && PLAIN.test(text)) return text;
  const folded = text.normalize("NFKC").toLowerCase().normalize("NFKC").replaceAll(NO_WORD, "");
  return folded.length <= LONGEST_WORD ? folded : Array.from(folded).slice(0, LONGEST_WORD).join("");
}

/** The words and characters of a text, in their order. */
export function unitsOf(text: string, most = MOST_UNITS): Unit[] {
  const units: Unit[] = [];
  for (const match of text.matchAll(PARTS)) {
    const compare = compared(match[0]);
    if (compare === "") continue;
    units.push({ text: compare, start: match.index, end: match.index + match[0].length, isCharacter: match.groups?.["character"] !== undefined });
    if (units.length >= most) break;
  }
  return units;
}

/** Whether a unit goes on with the one before it, with nothing in between. */
export function isJoined(before: Unit | undefined, unit: Unit): boolean {
  return before !== undefined && before.isCharacter && unit.isCharacter && before.end === unit.start;
}

/**
 * What the index holds of a text, a word for each place: characters as pairs with the next one, so that two of them are
 * found as one word; the last of a run alone. Behind a place that belongs to `marks` each character once more alone.
 */
export function indexedWords(text: string, marks: readonly string[]): string {
  const units = unitsOf(text);
  const alone = new Set<string>();
  const words = units.map((unit, index) => {
    const next = units[index + 1];
    if (unit.isCharacter) alone.add(unit.text);
    return next !== undefined && isJoined(unit, next) ? unit.text + next.text : unit.text;
  });
  return [...words, ...marks, ...alone].join(" ");
}
