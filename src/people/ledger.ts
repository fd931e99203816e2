import { recordEvent } from "../store/ledger.ts";
import type { Executor } from "../store/store.ts";

/** Writes down what happened between people. Codes never stand in it: whoever reads the ledger could use them. */
export async function record(tx: Executor, kind: `people.${string}`, data: Readonly<Record<string, unknown>>, at: number): Promise<void> {
  await recordEvent(tx, { at, kind, session_key: null, data: data });
}
