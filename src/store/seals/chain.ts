import { createHash } from "node:crypto";
import type { EventRow, SealRow } from "../tables.ts";

/** Where the chain ends. What was noted of it elsewhere shows whether its end was cut off. */
export interface Head {
  readonly n: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

export const NO_HEAD: Head = { n: 0, hash: "" };

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Of a line as it stands: nothing of it can be changed without changing this, and nothing of it be guessed from this. */
export function digestOf(salt: string, { seq, at, kind, session_key, data }: EventRow): string {
  return sha256(`${salt}\n${JSON.stringify([seq, at, kind, session_key, data])}`);
}

export function hashOf({ prev, n, event_seq, digest }: Pick<SealRow, "prev" | "n" | "event_seq" | "digest">): string {
  return sha256(JSON.stringify([prev, n, event_seq, digest]));
}

/** How a chain's end is written down: `12:ab34...`; null where that is none. */
export function readHead(text: string): Head | null {
  const [, n, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  return n === undefined || hash === undefined ? null : { n: Number(n), hash };
}

export function headWords({ n, hash }: Head): string {
  return `${n}:${hash}`;
}
