import { isOperatorChannel, type Address } from "../domain/address.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import type { BeganReason, Dock, SessionChoices } from "../domain/session.ts";
import type { InboxItem } from "../domain/turn.ts";
import type { Executor } from "../store/store.ts";
import { toChoices } from "../store/rows.ts";
import type { ConversationRow, SessionRow } from "../store/tables.ts";
import { deleteKeyAlias } from "../store/statements/delete-key-alias.ts";
import { endConversation } from "../store/statements/end-conversation.ts";
import { findConversation } from "../store/statements/find-conversation.ts";
import { findSession } from "../store/statements/find-session.ts";
import { insertConversation } from "../store/statements/insert-conversation.ts";
import { recordEvent } from "../store/ledger.ts";
import { insertSession } from "../store/statements/insert-session.ts";
import { pointSession } from "../store/statements/point-session.ts";
import { touchSession } from "../store/statements/touch-session.ts";
import { sessionAges, staleReason, type ResetPolicy, type SessionAges } from "./reset.ts";
import { recordStep } from "./steps.ts";
import { recordReply } from "./transcript.ts";

/** A session that a turn may append to. */
export interface OpenSession {
  readonly key: string;
  readonly sessionId: string;
  readonly modelOverride: string | null;
  readonly choices: SessionChoices;
  readonly audience: string;
  readonly dock: Dock | null;
  /** Nothing was ever said in it. */
  readonly isUnspoken: boolean;
  /** Set when this very call began a new session id: the person is told (law 6). */
  readonly rolled: { readonly reason: BeganReason; readonly previous: string } | null;
}

/** An external message moves the last route; the operator's own clients never take it away (spec 5.2). */
function lastRouteOf(address: Address): string | null {
  return isOperatorChannel(address.channel) ? null : JSON.stringify(address);
}

/** Names a room by its title, a private chat by its sender: for people, never for keys. */
function displayNameOf(item: InboxItem): string | null {
  const { message } = item;
  if (isOperatorChannel(message.address.channel) || item.origin === "system") return null;
  return message.chatKind === "dm" ? message.sender.name : (message.place?.title ?? null);
}

async function createSession(tx: Executor, item: InboxItem, ids: Ids, now: number): Promise<OpenSession> {
  const sessionId = ids.uuid();
  const { message } = item;
  await tx.run(deleteKeyAlias, { from_key: item.sessionKey });
  await tx.run(insertSession, {
    key: item.sessionKey,
    agent_id: item.agentId,
    session_id: sessionId,
    chat_kind: message.chatKind,
    channel: message.address.channel,
    display_name: displayNameOf(item),
    audience: item.audience,
    created_at: now,
    updated_at: now,
    interaction_at: now,
    last_route: item.pinned || item.origin === "system" ? null : lastRouteOf(message.address),
    dock: null,
  });
  await beginConversation(tx, item.sessionKey, sessionId, "first-message", now);
  return { key: item.sessionKey, sessionId, modelOverride: null, choices: {}, audience: item.audience, dock: null, isUnspoken: true, rolled: null };
}

async function beginConversation(tx: Executor, key: string, sessionId: string, reason: BeganReason, now: number) {
  await tx.run(insertConversation, { session_id: sessionId, key, began_at: now, began_reason: reason });
  await recordEvent(tx, {
    at: now,
    kind: "session.began",
    session_key: key,
    data: { sessionId, reason },
  });
}

/** Ends the current session id and begins another under the same key; nothing is removed. */
async function rollSession(
  tx: Executor,
  session: Pick<SessionRow, "key" | "session_id">,
  reason: BeganReason,
  ids: Ids,
  now: number,
): Promise<string> {
  const sessionId = ids.uuid();
  await tx.run(endConversation, { session_id: session.session_id, ended_at: now, ended_reason: reason });
  await beginConversation(tx, session.key, sessionId, reason, now);
  await tx.run(pointSession, { key: session.key, session_id: sessionId, at: now });
  await recordStep(tx, { id: ids.next(), session_key: session.key, at: now, kind: reason, from_session: session.session_id, to_session: sessionId, branch: null });
  return sessionId;
}

export interface Opening {
  /** Null: it is no part of the conversation (a command), and neither ends one nor keeps one fresh. */
  readonly policy: ResetPolicy | null;
  readonly anew: "new" | "reset" | null;
}

/**
 * Opens the session that a batch belongs to, creating it, or rolling it when its sender asks for a new one
 * or its reset policy says that it is stale (spec 4.2): that message is the first of the new conversation. What has its
 * origin in the system neither begins nor ends anything, and moves no route (spec 4.3).
 */
export async function openSession(
  tx: Executor,
  item: InboxItem,
  options: Opening,
  ids: Ids,
  now: number,
): Promise<OpenSession> {
  const session = await tx.get(findSession, { key: item.sessionKey });
  if (!session) return createSession(tx, item, ids, now);
  const conversation = await currentConversation(tx, session);
  // What nobody said ends no conversation (spec 4.3): the next person who says something does.
  const stale = options.policy === null || item.origin === "system" ? null : staleReason(options.policy, agesOf(session, conversation), now);
  // An empty conversation is already a new one: another would only clutter the list.
  const reason = conversation.entry_seq > 0 ? (options.anew ?? stale) : null;
  const kept = { choices: toChoices(session.choices), audience: session.audience, dock: session.dock === null ? null : (JSON.parse(session.dock) as Dock) };
  if (reason !== null) {
    const sessionId = await rollSession(tx, session, reason, ids, now);
    await touch(tx, item, now, now);
    const rolled = { reason, previous: session.session_id };
    return { key: session.key, sessionId, modelOverride: session.model_override, ...kept, isUnspoken: false, rolled };
  }
  await touch(tx, item, now, options.policy === null ? session.interaction_at : now);
  return {
    key: session.key,
    sessionId: session.session_id,
    modelOverride: session.model_override,
    ...kept,
    isUnspoken: conversation.entry_seq === 0 && session.pointed_at === null,
    rolled: null,
  };
}

/** What the reset of a session goes by; rows that were imported may lack some of it. */
export function agesOf(session: Pick<SessionRow, "pointed_at" | "updated_at" | "interaction_at">, conversation: Pick<ConversationRow, "began_at">): SessionAges {
  return sessionAges({ sessionStartedAt: session.pointed_at ?? conversation.began_at, updatedAt: session.updated_at, lastInteractionAt: session.interaction_at });
}

/** Only what a person says keeps a session fresh, and moves where it was last reached (spec 4.3). */
async function touch(tx: Executor, item: InboxItem, now: number, spokenAt: number): Promise<void> {
  if (item.origin === "system") return recordReply(tx, item.sessionKey, null, now);
  await tx.run(touchSession, {
    key: item.sessionKey,
    updated_at: now,
    interaction_at: spokenAt,
    // Another guest of the main session does not move its owner's route (spec 5.3).
    last_route: item.pinned ? null : lastRouteOf(item.message.address),
    display_name: displayNameOf(item),
  });
}

async function currentConversation(tx: Executor, session: SessionRow): Promise<ConversationRow> {
  const conversation = await tx.get(findConversation, { session_id: session.session_id });
  if (conversation) return conversation;
  throw new ContinuoError("STORE_CORRUPT", `Session ${session.key} names a conversation that is not there.`, {
    fields: { sessionKey: session.key, sessionId: session.session_id },
  });
}
