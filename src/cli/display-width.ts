const ASCII = /^[\x20-\x7e]*$/;
/** East Asian scripts, full-width forms and pictographs take two columns in a terminal. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|\ufe0f/u;
/** What takes several code points for one character: marks, joiners, flags, skin tones, variation selectors, jamo. */
const JOINED = /[\p{M}\p{Cf}\p{Emoji_Modifier}\p{Regional_Indicator}\u1160-\u11ff]/u;
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
// oxlint-disable-next-line no-control-regex -- the escape sequences of styleText are what is looked for
const STYLES = /\u001b\[[0-9;]*m/g;
// oxlint-disable-next-line no-control-regex -- control characters are what is taken out
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The columns that `text` takes in a terminal; colour sequences take none. */
export function displayWidth(text: string): number {
  const plain = text.replace(STYLES, "");
  if (ASCII.test(plain)) return plain.length;
  let width = 0;
  if (!JOINED.test(plain)) {
    // The usual case. A segmenter has to load its tables first: 13 ms.
    for (const character of plain) width += WIDE.test(character) ? 2 : 1;
    return width;
  }
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(plain)) {
    if (!ZERO.test(segment)) width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}

export function padToWidth(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

/** Text that others wrote, made harmless for a terminal: no escape sequence of theirs reaches it. Tabs and newlines stay. */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, "");
}
