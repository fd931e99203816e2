import { ContinuoError } from "../domain/errors.ts";
import { drawText, type Random } from "./code.ts";

/** In characters as people count them. */
const LONGEST = 80;
const LONGEST_BORN = 40;
const TAIL = 4;

/** Control characters, line breaks, halves of characters, and what turns the direction of writing around: names are printed into tables. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * A name that somebody typed, as it is kept. Errors: REQUEST_INVALID when it is empty, longer than 80 characters,
 * has control characters, or a colon (that would read as an identity).
 */
export function readName(typed: string): string {
  const name = typed.trim().normalize("NFC");
  const refuse = (why: string): ContinuoError => new ContinuoError("REQUEST_INVALID", `A person's name ${why}.`);
  if (name === "") throw refuse("must not be empty");
  if ([...name].length > LONGEST) throw refuse(`has at most ${LONGEST} characters`);
  if (UNPRINTABLE.test(name)) throw refuse("must not contain control characters");
  if (name.includes(":")) throw refuse('must not contain ":": that is how an identity is written');
  return name;
}

/** What somebody calls themselves, as far as it can be a name. */
function cleanName(shown: string | null): string {
  const printable = (shown ?? "").normalize("NFC").replace(/[\p{C}\p{Z}:~]+/gu, " ").trim();
  return [...printable].slice(0, LONGEST_BORN).join("").trim() || "Person";
}

/** `Alice~7KQ2`: a name with a part that its bearer cannot choose, so that nobody poses as somebody whom the file names. */
export function bornName(shown: string | null, random: Random): string {
  return `${cleanName(shown)}~${drawText(random, TAIL)}`;
}

export function isBornName(name: string): boolean {
  return /~[A-HJ-NP-Z2-9]{4}$/.test(name);
}

