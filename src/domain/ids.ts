import type { Clock } from "./clock.ts";

/** Loaded when the first id is made: most commands make none, and it takes 2 MB. */
const crypto = (): typeof import("node:crypto") => process.getBuiltinModule("node:crypto");

/** The only source of randomness outside `main`. */
export interface Ids {
  /**
   * 26 characters, sorts by creation time even within one millisecond and when the clock steps back, and behind `behind`, an
   * id of another process, whose clock may be ahead.
   */
  next(behind?: string | null): string;
  /** A random UUID: session ids and run ids, as OpenClaw writes them. */
  uuid(): string;
  /** A whole number from 0 up to, and without, `max`; cannot be guessed. */
  below(max: number): number;
  /** A secret of 48 hexadecimal characters. */
  token(): string;
}

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARS = 10;
const COUNTER_CHARS = 6;
const COUNTER_START_MAX = 2 ** 24;

function encode(value: number, chars: number): string {
  let out = "";
  for (let rest = value, i = 0; i < chars; i++) {
    out = ALPHABET[rest % 32] + out;
    rest = Math.floor(rest / 32);
  }
  return out;
}

function timeOf(id: string): number {
  return [...id.slice(0, TIME_CHARS)].reduce((value, char) => value * 32 + ALPHABET.indexOf(char), 0);
}

/** `count` bytes that differ each time and keep no secret. */
export function anyBytes(count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => Math.floor(Math.random() * 256)));
}

/** What it makes sorts behind `newest`, an id of an earlier process, even if the clock was set back in between. */
export function createIds(clock: Clock, newest: string | null = null): Ids {
  let tail: string | null = null;
  let lastAt = newest === null ? 0 : timeOf(newest) + 1;
  let counter = 0;
  return {
    next(behind = null) {
      const now = Math.max(clock.now(), behind !== null && timeOf(behind) >= lastAt ? timeOf(behind) + 1 : 0);
      if (now > lastAt) {
        lastAt = now;
        counter = crypto().randomInt(COUNTER_START_MAX);
      } else counter++;
      tail ??= Array.from(crypto().randomBytes(10), (byte) => ALPHABET[byte % 32]).join("");
      return encode(lastAt, TIME_CHARS) + encode(counter, COUNTER_CHARS) + tail;
    },
    uuid: () => crypto().randomUUID(),
    below: (max) => crypto().randomInt(max),
    token: () => crypto().randomBytes(24).toString("hex"),
  };
}
