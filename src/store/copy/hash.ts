import { createHash } from "node:crypto";
import type { Row, Value } from "./rows.ts";

function encoded(value: Value): string | number | null | { readonly base64: string } {
  return value instanceof Uint8Array ? { base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") } : value;
}

function decoded(value: unknown): Value {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "object" && "base64" in value && typeof value.base64 === "string") return Buffer.from(value.base64, "base64");
  throw new TypeError("not a value of a row");
}

/** A row as one line of JSON, its end included: the form that is hashed and that a backup holds. */
export function rowLine(row: Row): string {
  return `${JSON.stringify(row.map(encoded))}\n`;
}

/** Throws where it is no row. */
export function rowOfLine(line: unknown): Row {
  if (!Array.isArray(line)) throw new TypeError("not a row");
  return line.map(decoded);
}

/** PostgreSQL's text has no NUL: it is kept as what any other character is that cannot be shown. */
export function withoutNul(value: Value): Value {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
}

/** What of these lines is hashed: the same for a text with NULs and for what PostgreSQL makes of it. */
export function hashed(lines: string): string {
  if (!lines.includes("\\u0000")) return lines;
  return lines.replaceAll(/[^\n]+\n/g, (line) => rowLine(rowOfLine(JSON.parse(line)).map(withoutNul)));
}

export interface Digest {
  readonly rows: number;
  /** SHA-256, hexadecimal, over the lines of all rows in the order of the primary key. */
  readonly sha256: string;
}

/** Counts and hashes a table's rows: equal in two stores exactly when the rows are. */
export function createTableHash(): { add(lines: string, rows: number): void; digest(): Digest } {
  const hash = createHash("sha256");
  let count = 0;
  return {
    add(lines, rows) {
      hash.update(hashed(lines));
      count += rows;
    },
    digest: () => ({ rows: count, sha256: hash.digest("hex") }),
  };
}
