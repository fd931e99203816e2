import { ContinuoError } from "../domain/errors.ts";
import type { Attachment } from "../domain/message.ts";
import type { Executor } from "../store/store.ts";
import { insertMediaUse } from "../store/statements/insert-media-use.ts";
import { touchMedia } from "../store/statements/touch-media.ts";

/** An accepted message, an entry of a transcript, or a session in the trash. */
export type UserKind = "item" | "entry" | "trash";

/** Holds files from now on; in the transaction that writes what names them. */
export async function useMedia(tx: Executor, kind: UserKind, id: string, attachments: readonly Attachment[] | undefined): Promise<void> {
  for (const { ref } of attachments ?? []) await tx.run(insertMediaUse, { kind, id, hash: ref });
}

/**
 * Holds what was put just now and nothing holds yet. Somebody else may have taken the same file back in between: then it
 * has to be put again. Errors: MEDIA_GONE.
 */
export async function holdSent(tx: Executor, kind: UserKind, id: string, attachments: readonly Attachment[], at: number): Promise<void> {
  // In one order, so that two that hold the same files do not wait for each other.
  for (const ref of attachments.map((one) => one.ref).toSorted()) {
    if ((await tx.run(touchMedia, { hash: ref, at })) === 0) throw new ContinuoError("MEDIA_GONE", "A file was taken back by somebody else while it came in.");
  }
  await useMedia(tx, kind, id, attachments);
}
