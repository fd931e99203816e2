/** An integer from 0 up to, not including, `below`; every one as likely as the others, and not to be guessed. */
export type Random = (below: number) => number;

/** Without 0 O 1 I: codes are read aloud and typed by hand (spec 1.5). */
const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const CODE_LENGTH = 8;

export function drawText(random: Random, length: number): string {
  return Array.from({ length }, () => ALPHABET.charAt(random(ALPHABET.length))).join("");
}

/** Eight characters: one of a million million. */
export function drawCode(random: Random): string {
  return drawText(random, CODE_LENGTH);
}

/** A code as somebody typed it: case, spaces and dashes do not count. */
export function readCode(typed: string): string {
  return typed.replace(/[\s\p{Pd}]+/gu, "").toUpperCase();
}

/** `ABCD-EFGH`, as a code is shown. */
export function showCode(code: string): string {
  return `${code.slice(0, CODE_LENGTH / 2)}-${code.slice(CODE_LENGTH / 2)}`;
}
