import { recordEvent } from "../../store/ledger.ts";
import type { Executor } from "../../store/store.ts";
import { advanceTrash } from "../../store/statements/advance-trash.ts";
import { deleteAside } from "../../store/statements/delete-aside.ts";
import { deleteTrashPart } from "../../store/statements/delete-trash-part.ts";
import { deleteTrashParts } from "../../store/statements/delete-trash-parts.ts";
import { deleteTrash } from "../../store/statements/delete-trash.ts";
import { listTrashParts } from "../../store/statements/list-trash-parts.ts";
import { findTrash } from "../../store/statements/find-trash.ts";
import type { TrashRow } from "../../store/tables.ts";
import { ASIDES } from "./pack.ts";

/** How many pieces one transaction removes. */
const MOST_PARTS = 50;

/** Removes a bounded piece of what nobody can restore any more: first what says which of it was beside the path, then its parts from the last on. */
export async function purgeOn(tx: Executor, row: TrashRow): Promise<void> {
  const [asides] = await tx.all(listTrashParts, { trash_id: row.id, kind: ASIDES, limit: 1 });
  if (asides !== undefined) {
    for (const entry_id of JSON.parse(asides.content) as string[]) await tx.run(deleteAside, { entry_id });
    await tx.run(deleteTrashPart, asides);
    return void (await tx.run(advanceTrash, { ...row, state: "purging" }));
  }
  const from = Math.max(0, row.parts - MOST_PARTS);
  await tx.run(deleteTrashParts, { trash_id: row.id, from });
  if (from === 0) await tx.run(deleteTrash, { id: row.id });
  else await tx.run(advanceTrash, { ...row, state: "purging", parts: from });
}

/** Removes something from the trash for good; false when it is being restored meanwhile. */
export async function purge(tx: Executor, id: string, reason: "retention" | "disk-budget", now: number): Promise<boolean> {
  const row = await tx.get(findTrash, { id });
  if (row === undefined || (row.state !== "kept" && row.state !== "restored")) return false;
  if (row.state === "kept") await recordEvent(tx, { at: now, kind: "trash.purged", session_key: row.session_key, data: { reason, trashId: id, entries: row.entries } });
  await purgeOn(tx, row);
  return true;
}
