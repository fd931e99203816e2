import { recordEvent } from "../store/ledger.ts";
import type { Executor } from "../store/store.ts";
import { countAmend } from "../store/statements/count-amend.ts";
import type { SaidEntry } from "../store/statements/find-said-entry.ts";
import { rewriteEntry } from "../store/statements/rewrite-entry.ts";
import { previewOf } from "./transcript.ts";

/**
 * An entry says something else from now on, to models, clients and the mirror. What was read of its conversation before
 * is stale, in whichever process: the conversation counts that. The ledger notes that it happened, never the words.
 */
export async function amendEntry(tx: Executor, entry: SaidEntry, text: string, kind: "message.edited" | "message.deleted", at: number): Promise<void> {
  const { session_id, seq, session_key } = entry;
  await tx.run(rewriteEntry, { session_id, seq, text });
  await tx.run(countAmend, { session_id, old_preview: previewOf(entry.text), preview: previewOf(text) });
  await recordEvent(tx, { at, kind, session_key, data: { entryId: entry.id } });
}
