import { createHash } from "node:crypto";

/** What of an entry has to be the same on both sides. */
export interface Digested {
  readonly seq: number;
  readonly id: string;
  readonly role: string;
  readonly at: number;
  readonly text: string;
}

export interface Digest {
  add(entry: Digested): void;
  /** Of everything that was added, in its order. */
  value(): string;
}

export function createDigest(): Digest {
  const hash = createHash("sha256");
  return {
    add: ({ seq, id, role, at, text }) => void hash.update(`${JSON.stringify([seq, id, role, at, text])}\n`),
    value: () => hash.copy().digest("hex"),
  };
}
