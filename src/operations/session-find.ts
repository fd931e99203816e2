import { ContinuoError, isContinuoError } from "../domain/errors.ts";
import type { Session } from "../domain/session.ts";
import { resolveAlias } from "../sessions/repartition/index.ts";
import { toSession } from "../store/rows.ts";
import { describeSession } from "../store/statements/describe-session.ts";
import { findConversation } from "../store/statements/find-conversation.ts";
import { findSessionIds } from "../store/statements/find-session-ids.ts";
import { findSessionKeys } from "../store/statements/find-session-keys.ts";
import type { ConversationRow } from "../store/tables.ts";
import type { Services } from "./services.ts";

/** A key: exactly, or one that it once had, or by case alone where that is unique (spec A2); null when there is no such session. */
async function findSessionByKey(services: Services, key: string): Promise<Session | null> {
  const exact = await services.store.get(describeSession, { key: await resolveAlias(services.store, key) });
  if (exact) return toSession(exact);
  const similar = await services.store.all(findSessionKeys, { key });
  const [only] = similar;
  if (!only || similar.length > 1) return null;
  const row = await services.store.get(describeSession, { key: only.key });
  return row ? toSession(row) : null;
}

/** Shorter beginnings of an id are likelier to be a mistyped word. */
const SESSION_ID = /^[0-9a-f]{6}[0-9a-f-]*$/;

/** By one of its session ids, or the beginning of one that no other session's id has. */
async function findSessionById(services: Services, typed: string): Promise<Session | null> {
  const from = typed.trim().toLowerCase();
  if (!SESSION_ID.test(from)) return null;
  // No id has a tilde in it: all that begin with the text come before it.
  const found = await services.store.all(findSessionIds, { from, to: `${from}~` });
  const keys = new Set(found.map(({ key }) => key));
  const [key] = keys;
  if (key === undefined || keys.size > 1) return null;
  const row = await services.store.get(describeSession, { key });
  return row ? toSession(row) : null;
}

/** What a person typed for a session: its key in any of the spellings of A2, or a session id. */
export async function findTypedSession(services: Services, typed: string, agentId: string | null = null): Promise<Session | null> {
  let key: string;
  try {
    key = services.settings.keyOf(typed, agentId);
  } catch (error) {
    if (isContinuoError(error) && error.code === "SESSION_KEY_INVALID") return findSessionById(services, typed);
    throw error;
  }
  return (await findSessionByKey(services, key)) ?? findSessionById(services, typed);
}

/** The same; throws SESSION_NOT_FOUND. */
export async function requireSession(services: Services, typed: string, agentId: string | null = null): Promise<Session> {
  const session = await findTypedSession(services, typed, agentId);
  if (session) return session;
  throw new ContinuoError("SESSION_NOT_FOUND", `Session not found: ${typed}`);
}

/** One of the conversations that a session has had; throws SESSION_NOT_FOUND. */
export async function requireConversation({ store }: Services, { key }: Session, sessionId: string): Promise<ConversationRow> {
  const row = await store.get(findConversation, { session_id: sessionId });
  if (row?.key === key) return row;
  throw new ContinuoError("SESSION_NOT_FOUND", `There is no conversation ${sessionId} under ${key}.`);
}
