import type { Ids } from "../domain/ids.ts";
import { OPERATOR_CHANNELS } from "../domain/address.ts";
import type { Executor } from "../store/store.ts";
import { findConversation } from "../store/statements/find-conversation.ts";
import { findSession } from "../store/statements/find-session.ts";
import { appendEntries } from "./transcript.ts";

/**
 * A line of the house in a session's transcript, for whoever reads it there: the page and the terminal have no other
 * place to be told something. No turn may run in it meanwhile. False: there is no such session.
 */
export async function appendHouseLine(tx: Executor, key: string, text: string, ids: Ids, now: number): Promise<boolean> {
  const session = await tx.get(findSession, { key });
  const conversation = session && (await tx.get(findConversation, { session_id: session.session_id }));
  if (!session || !conversation) return false;
  const address = { channel: OPERATOR_CHANNELS[0] ?? "", account: "default", chat: "operator", thread: null };
  const from = { senderId: "continuo", senderName: null, person: null, address, audience: session.audience };
  const target = { key, sessionId: session.session_id };
  await appendEntries(tx, target, [{ role: "system", text, at: now, turnId: null, from, model: null, usage: null, stopReason: null }], ids);
  return true;
}
