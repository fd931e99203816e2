import type { Executor } from "../store/store.ts";
import { copyMediaUses } from "../store/statements/copy-media-uses.ts";

/** A copy of an entry shows what the entry shows: it holds the same files. */
export async function shareMedia(tx: Executor, entryId: string, copyId: string): Promise<void> {
  await tx.run(copyMediaUses, { from: entryId, to: copyId });
}
