const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** What XML forbids in a text, lone halves of a character among it, and marks that turn the direction of writing. */
// oxlint-disable-next-line no-control-regex -- control characters are what is taken out
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** Somebody else's text as text of an SVG or an attribute of it: it can neither close a tag nor open one. */
export function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(FORBIDDEN, " ")
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? "");
}

/** Chinese, Japanese, Korean letters, and emoji, are about twice as wide as Latin ones. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}|[\u{20000}-\u{3fffd}]/u;
const NARROW = /[ilj.,:;'|!()[\]frtI ]/;

/** About how wide a letter is in a wide font, bold, in parts of the size of the letters. */
function widthOf(letter: string): number {
  if (WIDE.test(letter)) return 1.05;
  if (NARROW.test(letter)) return 0.42;
  return /[A-ZmwMW@%]/.test(letter) ? 0.88 : 0.68;
}

/** Marks above and below letters, and what joins several signs into one; where a font cannot join, each takes its room. */
const WIDTHLESS = /\p{M}|[\u200b-\u200d]/gu;

/** Width in pixels, estimated from above: an SVG that is made without a browser cannot measure. */
export function textWidth(text: string, size: number): number {
  return Array.from(text.replace(WIDTHLESS, "")).reduce((sum, letter) => sum + widthOf(letter) * size, 0);
}

/** Escaped, and apart from the text around it where the direction of writing is concerned. */
export function isolated(text: string): string {
  return `\u2068${escaped(text)}\u2069`;
}

/** More letters than fit into any box: a text without width has its end too. */
const LONGEST = 400;

/** As much of `text` as fits into `width` pixels; what was cut ends in `…`. Marks stay with the letter they belong to. */
export function fitted(text: string, width: number, size: number): string {
  const plain = text.toWellFormed().replace(FORBIDDEN, " ").trim();
  if (textWidth(plain, size) <= width && plain.length <= LONGEST) return plain;
  let taken = "";
  let used = widthOf("m") * size;
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(plain)) {
    used += textWidth(segment, size);
    // A letter with hundreds of marks on it would cover the lines around it.
    if (used > width || segment.length > 24) break;
    taken += segment;
  }
  return `${taken.trimEnd()}…`;
}
