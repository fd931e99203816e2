import type { Clock } from "../domain/clock.ts";
import type { Store } from "../store/store.ts";
import { deleteMediaChunks } from "../store/statements/delete-media-chunks.ts";
import { findMediaChunk } from "../store/statements/find-media-chunk.ts";
import { pageChunkedMedia } from "../store/statements/page-chunked-media.ts";
import { upsertMediaChunk } from "../store/statements/upsert-media-chunk.ts";
import type { MediaPlace } from "./place.ts";

/** No row is so large that a commit, a copy or a backup would have to wait for it. */
export const CHUNK_BYTES = 256 * 1_024;
const PAGE = 50;

/** The pieces of some bytes, at least one. */
function chunksOf(bytes: Uint8Array): Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.byteLength / CHUNK_BYTES));
  return Array.from({ length: count }, (_, number) => bytes.subarray(number * CHUNK_BYTES, (number + 1) * CHUNK_BYTES));
}

/** Rows of the database, in pieces; those of a file are whole once its row in `media` says so. */
export function createChunks(store: Store, clock: Clock): MediaPlace {
  let swept = "";
  return {
    async write(ref, bytes) {
      // Each piece is a commit of its own: whoever wants to write something small meanwhile does not wait for all of them.
      for (const [number, content] of chunksOf(bytes).entries()) await store.run(upsertMediaChunk, { hash: ref, number, at: clock.now(), content });
    },
    async read(ref, size) {
      const parts: Uint8Array[] = [];
      for (let number = 0; number < Math.max(1, Math.ceil(size / CHUNK_BYTES)); number++) {
        const row = await store.get(findMediaChunk, { hash: ref, number });
        if (row === undefined) return null;
        parts.push(row.content);
      }
      return Buffer.concat(parts);
    },
    has: async (ref) => (await store.get(findMediaChunk, { hash: ref, number: 0 })) !== undefined,
    remove: async (ref, before) => void (await store.run(deleteMediaChunks, { hash: ref, before })),
    async sweep(before, isKnown) {
      const page = await store.all(pageChunkedMedia, { after: swept, limit: PAGE });
      swept = page.length < PAGE ? "" : (page.at(-1)?.hash ?? "");
      let met = 0;
      for (const { hash, at } of page) {
        if (await isKnown(hash)) continue;
        met++;
        if (at < before) await store.run(deleteMediaChunks, { hash, before });
      }
      return met;
    },
  };
}
