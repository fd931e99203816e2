import type { Language } from "../domain/language.ts";

/** Fewer letters than this say nothing about a language: "ok", "👍", a name. */
const ENOUGH_LATIN = 12;
const ENOUGH_HAN = 2;
/** What takes one Chinese sign takes about so many Latin letters: names of things in a Chinese sentence leave it Chinese. */
const LETTERS_A_SIGN = 5;

/**
 * The language that somebody writes, as far as one message shows it: mainly Han without kana is Chinese, enough Latin
 * letters are answered in English. Null where it cannot be told, and for what is neither.
 */
export function guessLanguage(text: string): Language | null {
  // A long paste says no more about who writes than its beginning.
  const start = text.slice(0, 2_000);
  const count = (script: RegExp): number => start.match(script)?.length ?? 0;
  const han = count(/\p{Script=Han}/gu);
  const kana = count(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu);
  if (kana > 0) return null;
  const latin = count(/\p{Script=Latin}/gu);
  if (han >= ENOUGH_HAN && han * LETTERS_A_SIGN >= latin) return "zh";
  return latin >= ENOUGH_LATIN && han === 0 ? "en" : null;
}

/** A platform's or browser's word for a language (`zh-hans`, `en-GB`); null for one that is not spoken here. */
export function languageOfTag(tag: string | undefined): Language | null {
  const [first] = (tag ?? "").toLowerCase().split(/[-_]/);
  return first === "zh" || first === "en" ? first : null;
}
