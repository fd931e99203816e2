import { insertEvent } from "../store/statements/insert-event.ts";
import type { Executor } from "../store/store.ts";

/** Writes down what happened between people. Codes never stand in it: whoever reads the ledger could use them. */
export async function record(tx: Executor, kind: `people.${string}`, data: Readonly<Record<string, unknown>>, at: number): Promise<void> {
  await tx.run(insertEvent, { at, kind, session_key: null, data: JSON.stringify(data) });
}
