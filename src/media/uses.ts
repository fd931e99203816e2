import type { Attachment } from "../domain/message.ts";
import type { Executor } from "../store/store.ts";
import { insertMediaUse } from "../store/statements/insert-media-use.ts";

/** An accepted message, an entry of a transcript, or a session in the trash. */
export type UserKind = "item" | "entry" | "trash";

/** Holds files from now on; in the transaction that writes what names them. */
export async function useMedia(tx: Executor, kind: UserKind, id: string, attachments: readonly Attachment[] | undefined): Promise<void> {
  for (const { ref } of attachments ?? []) await tx.run(insertMediaUse, { kind, id, hash: ref });
}
