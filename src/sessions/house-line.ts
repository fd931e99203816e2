import type { Ids } from "../domain/ids.ts";
import { OPERATOR_CHANNELS, type Address } from "../domain/address.ts";
import type { Executor } from "../store/store.ts";
import { findSession } from "../store/statements/find-session.ts";
import { appendEntries } from "./transcript.ts";

/**
 * Tells a session's agent of something that happened, with its next request. It stands in the conversation that is current
 * now: one that begins later knows nothing of it (spec 4.4.2), and what is noted after that is in the new one. It keeps
 * nothing fresh (spec 4.3). False: there is no such session.
 */
export function noteEvent(tx: Executor, key: string, text: string, ids: Ids, now: number): Promise<boolean> {
  return appendLine(tx, key, { text, event: true }, ids, now);
}

/**
 * A line of the house in a session's transcript, for whoever reads it there: the page and the terminal have no other
 * place to be told something. False: there is no such session.
 */
export function appendHouseLine(tx: Executor, key: string, text: string, ids: Ids, now: number): Promise<boolean> {
  return appendLine(tx, key, { text, event: null }, ids, now);
}

/** Something that was sent to a session's chat and that none of its turns said. */
export interface SentLine {
  /** What it came from, in words. */
  readonly because: string;
  readonly text: string;
  readonly agentId: string;
  readonly address: Address;
  readonly audience: string;
}

/**
 * What was sent stands in the session of the chat that it went to, so that its agent knows what is answered (P17): behind an event
 * that says where it came from, since no model's conversation begins with an answer. False: there is no such session.
 */
export async function noteSent(tx: Executor, key: string, { because, text, agentId, address, audience }: SentLine, ids: Ids, now: number): Promise<boolean> {
  const session = await tx.get(findSession, { key });
  if (!session || !(await noteEvent(tx, key, because, ids, now))) return false;
  const from = { senderId: agentId, senderName: null, person: null, address, audience };
  await appendEntries(tx, { key, sessionId: session.session_id }, [{ role: "assistant", text, at: now, turnId: null, from, model: null, usage: null, stopReason: null }], ids);
  return true;
}

async function appendLine(tx: Executor, key: string, line: { readonly text: string; readonly event: true | null }, ids: Ids, now: number): Promise<boolean> {
  const session = await tx.get(findSession, { key });
  if (!session) return false;
  const address = { channel: OPERATOR_CHANNELS[0] ?? "", account: "default", chat: "operator", thread: null };
  const from = { senderId: "continuo", senderName: null, person: null, address, audience: session.audience };
  await appendEntries(tx, { key, sessionId: session.session_id }, [{ ...line, role: "system", at: now, turnId: null, from, model: null, usage: null, stopReason: null }], ids);
  return true;
}
