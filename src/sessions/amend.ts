import type { Ids } from "../domain/ids.ts";
import { recordEvent } from "../store/ledger.ts";
import type { Executor } from "../store/store.ts";
import { copyEntry } from "../store/statements/copy-entry.ts";
import { countAmend } from "../store/statements/count-amend.ts";
import { countEntry } from "../store/statements/count-entry.ts";
import { findConversationEnd } from "../store/statements/find-conversation-end.ts";
import type { SaidEntry } from "../store/statements/list-said-entries.ts";
import { rewriteEntry } from "../store/statements/rewrite-entry.ts";
import { setEntryAside } from "../store/statements/set-entry-aside.ts";
import { previewOf } from "./transcript.ts";

/** Said anew, or taken back: `text` is what stands there from now on. */
export interface Amended {
  readonly kind: "message.edited" | "message.deleted";
  readonly text: string;
  readonly at: number;
}

/**
 * An entry says something else from now on, to models, clients and the mirror. What it said before an edit becomes a branch
 * of its own beside it; of what was taken back nothing is kept. What was read of its conversation before is stale, in
 * whichever process: the conversation counts that. The ledger notes that it happened, never the words.
 */
export async function amendEntry(tx: Executor, entry: SaidEntry, { kind, text, at }: Amended, ids: Ids): Promise<void> {
  const { session_id, seq, session_key } = entry;
  if (kind === "message.edited") await branchOff(tx, entry, ids.next());
  await tx.run(rewriteEntry, { session_id, seq, text });
  await tx.run(countAmend, { session_id, old_preview: previewOf(entry.text), preview: previewOf(text) });
  await recordEvent(tx, { at, kind, session_key, data: { entryId: entry.id } });
}

async function branchOff(tx: Executor, { session_id, seq, id }: SaidEntry, branchId: string): Promise<void> {
  const end = await tx.get(findConversationEnd, { session_id });
  if (end === undefined) return;
  await tx.run(copyEntry, { session_id, seq, to_seq: end.entry_seq + 1, id: branchId });
  await tx.run(countEntry, { session_id });
  await tx.run(setEntryAside, { entry_id: branchId, branch: `edit:${id}` });
}
