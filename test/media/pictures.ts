/** Images and the ways of a test to have them sent. */
import { createHash } from "node:crypto";
import { kindOfType } from "../../src/domain/media.ts";
import type { OfferedMedia } from "../../src/domain/message.ts";

/** A whole PNG of one pixel; with `grown` bytes behind its end, which every program leaves alone. */
export function png(number = 0, grown = 0): Buffer {
  const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  const rest = createHash("sha256").update(`picture ${number}`).digest();
  return Buffer.concat([pixel, rest, Buffer.alloc(grown, rest)]);
}

export function refOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function offer(bytes: Uint8Array, { type = "image/png", name = "cat.png", size = bytes.byteLength as number | null } = {}): OfferedMedia {
  return { kind: kindOfType(type), name, type, size, load: async () => bytes };
}
