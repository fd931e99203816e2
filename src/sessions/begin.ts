import type { Ids } from "../domain/ids.ts";
import { recordEvent } from "../store/ledger.ts";
import type { Executor } from "../store/store.ts";
import { deleteKeyAlias } from "../store/statements/delete-key-alias.ts";
import { findSession } from "../store/statements/find-session.ts";
import { insertConversation } from "../store/statements/insert-conversation.ts";
import { insertSession } from "../store/statements/insert-session.ts";

interface Place {
  readonly key: string;
  readonly agentId: string;
  readonly channel: string;
  readonly audience: string;
}

/** A session in which nothing was said yet, so that something can be chosen for it; one that is there stays as it is. */
export async function beginEmpty(tx: Executor, { key, agentId, channel, audience }: Place, ids: Ids, now: number): Promise<string> {
  const there = await tx.get(findSession, { key });
  if (there !== undefined) return there.session_id;
  const sessionId = ids.uuid();
  await beginNamed(tx, { key, agentId, channel, audience, sessionId, displayName: null }, now);
  return sessionId;
}

/** A session whose id is known before it begins: its key has it (spec 2.7). There must be none under the key. */
export async function beginNamed(tx: Executor, { key, agentId, channel, audience, sessionId, displayName }: Place & { readonly sessionId: string; readonly displayName: string | null }, now: number): Promise<void> {
  await tx.run(deleteKeyAlias, { from_key: key });
  const times = { created_at: now, updated_at: now, interaction_at: now };
  await tx.run(insertSession, { key, agent_id: agentId, session_id: sessionId, chat_kind: "dm", channel, display_name: displayName, audience, ...times, last_route: null, dock: null });
  await tx.run(insertConversation, { session_id: sessionId, key, began_at: now, began_reason: "first-message" });
  await recordEvent(tx, { at: now, kind: "session.began", session_key: key, data: { sessionId, reason: "first-message" } });
}
