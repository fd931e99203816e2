import { hash } from "node:crypto";

/** A window is so many characters; of so many windows in a row at least one is kept, the same in every text that holds them. */
const WINDOW = 24;
const OF_WINDOWS = 8;
/** What is shorter says nothing about whose it was: everybody says "good morning". */
const SHORTEST = 16;
/** Of one text: a long one is known by fewer than all of its windows. */
const MOST = 32;
const LENGTH = 16;

/** A text as texts are compared: letters and digits, in lower case, with single spaces between. */
export function normalised(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim();
}

export function hashed(salt: string, text: string): string {
  return hash("sha256", `${salt}\0${text}`, "hex").slice(0, LENGTH);
}

/** A cheap number for each window, by which some are chosen: it is never kept. */
function numbersOf(text: string): Uint32Array {
  const count = text.length - WINDOW + 1;
  const numbers = new Uint32Array(Math.max(0, count));
  const base = 0x01000193;
  let top = 1;
  for (let index = 1; index < WINDOW; index++) top = Math.imul(top, base);
  let rolling = 0;
  for (let index = 0; index < text.length; index++) {
    if (index >= WINDOW) rolling = (rolling - Math.imul(text.charCodeAt(index - WINDOW), top)) | 0;
    rolling = (Math.imul(rolling, base) + text.charCodeAt(index)) | 0;
    // The lowest bits of a rolling hash follow the last character: they are mixed once more.
    if (index >= WINDOW - 1) numbers[index - WINDOW + 1] = Math.imul(rolling ^ (rolling >>> 15), 0x85ebca6b) >>> 0;
  }
  return numbers;
}

/** Winnowing: of each row of windows the one with the smallest number, so that two texts with a passage in common choose alike. */
function chosen(text: string): string[] {
  const numbers = numbersOf(text);
  const windows: string[] = [];
  let last = -1;
  for (let end = Math.min(OF_WINDOWS, numbers.length); end <= numbers.length; end++) {
    const start = Math.max(0, end - OF_WINDOWS);
    let least = start;
    for (let index = start; index < end; index++) if ((numbers[index] ?? 0) <= (numbers[least] ?? 0)) least = index;
    if (least === last) continue;
    last = least;
    windows.push(text.slice(least, least + WINDOW));
  }
  return windows;
}

function windowsOf(text: string): string[] {
  const plain = normalised(text);
  if (plain.length < SHORTEST) return [];
  return plain.length < WINDOW ? [plain] : chosen(plain);
}

/** All that a text could be known by: a passage of 31 letters or more that stood in an erased text is found again. */
export function marksIn(salt: string, text: string): string[] {
  return windowsOf(text).map((window) => hashed(salt, window));
}

/** What is kept of an erased text; empty where it is too short to tell whose it was. */
export function marksOf(salt: string, text: string): string[] {
  const windows = windowsOf(text);
  const kept = windows.length <= MOST ? windows : Array.from({ length: MOST }, (_, index) => windows[Math.floor((index * windows.length) / MOST)] ?? "");
  return [...new Set(kept)].map((window) => hashed(salt, window));
}
