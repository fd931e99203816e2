import type { Ids } from "../../domain/ids.ts";
import { recordEvent } from "../ledger.ts";
import { resaltSeal } from "../statements/resalt-seal.ts";
import { rewriteEvent } from "../statements/rewrite-event.ts";
import type { Executor } from "../store.ts";
import type { EventRow } from "../tables.ts";
import { digestOf } from "./chain.ts";

/** The line of the ledger that says which sealed lines say something else since, and why. */
export const REWRITTEN = "ledger.rewritten";

/** Line by line: its number, and the digest of what it says now. */
export interface Rewritten {
  readonly why: string;
  readonly lines: readonly (readonly [seq: number, digest: string])[];
}

/**
 * Lines say something else from now on. The chain keeps the digest of what a line said, whose salt is gone; a line behind
 * them says, sealed as every other, what is to be found in their place. Call it in a transaction of the ledger.
 */
export async function rewriteEvents(tx: Executor, lines: readonly EventRow[], why: string, ids: Pick<Ids, "token">, now: number): Promise<void> {
  const sealed: [number, string][] = [];
  for (const line of lines) {
    const { seq, session_key, data } = line;
    const salt = ids.token();
    await tx.run(rewriteEvent, { seq, session_key, data });
    if ((await tx.run(resaltSeal, { event_seq: seq, salt })) > 0) sealed.push([seq, digestOf(salt, line)]);
  }
  if (sealed.length > 0) await recordEvent(tx, { at: now, kind: REWRITTEN, session_key: null, data: { why, lines: sealed } satisfies Rewritten });
}
