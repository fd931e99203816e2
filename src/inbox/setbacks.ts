import type { ContinuoError } from "../domain/errors.ts";
import type { ReplyRoute } from "../domain/route.ts";
import { recordEvent } from "../store/ledger.ts";
import { toAddress } from "../store/rows.ts";
import type { Executor } from "../store/store.ts";
import type { InboxRow } from "../store/tables.ts";
import { failItem } from "../store/statements/fail-item.ts";
import { findSetback } from "../store/statements/find-setback.ts";
import { upsertSetback } from "../store/statements/upsert-setback.ts";

/** Notes that a turn could not take an item; resolves to how often that has happened by now, whoever tried. */
export async function countSetback(tx: Executor, itemId: string, error: ContinuoError, at: number): Promise<number> {
  await tx.run(upsertSetback, { item_id: itemId, error: `${error.code}: ${error.message}`, at });
  return (await tx.get(findSetback, { item_id: itemId }))?.tries ?? 1;
}

/** Ends an item that no turn can take: it is `failed`, and the reason stays with it and in the ledger. */
export async function giveItemUp(tx: Executor, row: InboxRow, error: ContinuoError, at: number): Promise<void> {
  await tx.run(failItem, { seq: row.seq });
  await recordEvent(tx, { at, kind: "inbox.failed", session_key: row.session_key, data: { id: row.id, code: error.code } });
}

/** Where whoever said it is told, read from the columns alone: what was stored beside them may be what is broken. */
export function routeToSender(row: InboxRow): ReplyRoute {
  const isRoom = row.audience.startsWith("chat:");
  return { address: toAddress(row), audience: row.audience, peer: isRoom ? "" : row.sender_id, replyTo: row.message_id };
}
