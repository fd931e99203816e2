import type { Executor } from "../store/store.ts";
import { deleteFileUses } from "../store/statements/delete-file-uses.ts";
import { deleteMediaUses } from "../store/statements/delete-media-uses.ts";
import { deleteUnheldMedia } from "../store/statements/delete-unheld-media.ts";
import { listMediaUses } from "../store/statements/list-media-uses.ts";
import { lockMedia } from "../store/statements/lock-media.ts";
import type { UserKind } from "./uses.ts";

/**
 * Forgets a file if nothing holds it any more, however lately it was sent: somebody else's message on its way with the same
 * one finds it gone when it is accepted, and brings it again (`holdSent`). True: its bytes are to be discarded after the commit.
 */
export async function forgetUnheld(tx: Executor, ref: string): Promise<boolean> {
  await tx.run(lockMedia, { hash: ref });
  if ((await tx.run(deleteUnheldMedia, { hash: ref })) === 0) return false;
  // What is left are uses whose users went with their conversation.
  await tx.run(deleteFileUses, { hash: ref });
  return true;
}

/**
 * What somebody took back is not held for them any more. Answers what nothing else holds: `Media.discard` removes its bytes
 * after the commit. What is only gone with its conversation is found by the sweep.
 */
export async function letGoOfMedia(tx: Executor, kind: UserKind, id: string): Promise<readonly string[]> {
  const held = await tx.all(listMediaUses, { kind, id });
  if (held.length === 0) return [];
  await tx.run(deleteMediaUses, { kind, id });
  const gone: string[] = [];
  for (const { hash } of held) if (await forgetUnheld(tx, hash)) gone.push(hash);
  return gone;
}
