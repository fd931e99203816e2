import type { Clock } from "../domain/clock.ts";
import type { Store } from "../store/store.ts";
import { findMediaUse } from "../store/statements/find-media-use.ts";
import { findMedia } from "../store/statements/find-media.ts";
import { touchMedia } from "../store/statements/touch-media.ts";
import { upsertMedia } from "../store/statements/upsert-media.ts";
import { refOf } from "./hash.ts";
import type { MediaPlace } from "./place.ts";

export interface Media {
  /** Keeps bytes; resolves to their ref when they are durable. They stay for a day if nothing comes to use them. */
  put(bytes: Uint8Array, type: string): Promise<string>;
  /** Null when they are not kept any more. Whoever asks has found the ref where they may read it. */
  read(ref: string): Promise<Uint8Array | null>;
  /** The same for whoever shows only what belongs to a message that is still to be read somewhere. */
  readUsed(ref: string): Promise<{ readonly bytes: Uint8Array; readonly type: string } | null>;
  /** Removes the bytes of what was forgotten at `at`, ms, for good; not of what was sent again since. */
  discard(refs: readonly string[], at: number): Promise<void>;
}

export interface MediaParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Where it is written, and read first. */
  readonly place: MediaPlace;
  /** Where it may be as well: a copy or a restored backup brings rows, a move leaves files. */
  readonly other: MediaPlace;
  /** Told of each read, for those who count. */
  onRead?(ref: string): void;
}

/**
 * Bytes first, then the row that says that they are kept whole: there never is a row without them. What is cut off between
 * the two is found by the sweep (docs/media.md).
 */
export function createMedia({ store, clock, place, other, onRead }: MediaParts): Media {
  const read = async (ref: string): Promise<{ bytes: Uint8Array; type: string } | null> => {
    const row = await store.get(findMedia, { hash: ref });
    if (row === undefined) return null;
    onRead?.(ref);
    const bytes = (await place.read(ref, row.size)) ?? (await other.read(ref, row.size));
    // What a broken disk made of it is nothing that anybody sent.
    if (bytes === null || (await refOf(bytes)) !== ref) return null;
    return { bytes, type: row.type };
  };
  return {
    async put(bytes, type) {
      const ref = await refOf(bytes);
      const isKept = (await store.run(touchMedia, { hash: ref, at: clock.now() })) > 0 && ((await place.has(ref)) || (await other.has(ref)));
      if (isKept) return ref;
      await place.write(ref, bytes);
      await store.run(upsertMedia, { hash: ref, type, size: bytes.byteLength, at: clock.now() });
      return ref;
    },
    read: async (ref) => (await read(ref))?.bytes ?? null,
    readUsed: async (ref) => ((await store.get(findMediaUse, { hash: ref })) === undefined ? null : read(ref)),
    async discard(refs, at) {
      for (const ref of refs) for (const one of [place, other]) await one.remove(ref, at);
    },
  };
}
