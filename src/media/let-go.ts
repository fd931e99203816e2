import type { Executor } from "../store/store.ts";
import { deleteMediaUses } from "../store/statements/delete-media-uses.ts";
import type { UserKind } from "./uses.ts";

/** What somebody took back is not held for them any more. What is only gone with its conversation is found by the sweep. */
export async function letGoOfMedia(tx: Executor, kind: UserKind, id: string): Promise<void> {
  await tx.run(deleteMediaUses, { kind, id });
}
