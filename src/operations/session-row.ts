import { isOperatorChannel } from "../domain/address.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Session } from "../domain/session.ts";
import { resolveAlias } from "../sessions/repartition/index.ts";
import { toSession } from "../store/rows.ts";
import { describeSession } from "../store/statements/describe-session.ts";
import { findSessionKeys } from "../store/statements/find-session-keys.ts";
import type { Services } from "./services.ts";

/** A typed key: exactly, or one that it once had, or by case alone where that is unique (spec A2); null when there is no such session. */
export async function findSessionByKey(services: Services, key: string): Promise<Session | null> {
  const exact = await services.store.get(describeSession, { key: await resolveAlias(services.store, key) });
  if (exact) return toSession(exact);
  const similar = await services.store.all(findSessionKeys, { key });
  const [only] = similar;
  if (!only || similar.length > 1) return null;
  const row = await services.store.get(describeSession, { key: only.key });
  return row ? toSession(row) : null;
}

export async function requireSession(services: Services, typed: string): Promise<Session> {
  const session = await findSessionByKey(services, services.settings.keyOf(typed, null));
  if (session) return session;
  throw new ContinuoError("SESSION_NOT_FOUND", `Session not found: ${typed}`);
}

export function sessionKind(session: Session): "direct" | "group" | "global" | "unknown" {
  if (session.key === "global" || session.key === "unknown") return session.key;
  return session.chatKind === "dm" ? "direct" : "group";
}

function splitModel(ref: string): { readonly modelProvider: string; readonly model: string } {
  const slash = ref.indexOf("/");
  return slash === -1 ? { modelProvider: "", model: ref } : { modelProvider: ref.slice(0, slash), model: ref.slice(slash + 1) };
}

/** The model that the session's next turn would use. */
export function effectiveModel(services: Services, session: Session): string {
  return session.model.override ?? services.settings.agents().get(session.agentId).models[0] ?? "";
}

function routeFields(session: Session) {
  const route = session.lastRoute;
  if (route === null) return isOperatorChannel(session.channel) ? { lastChannel: "webchat" } : {};
  const { channel, account: accountId, chat: to, thread } = route;
  return {
    deliveryContext: { channel, to, accountId, threadId: thread ?? undefined },
    lastChannel: channel,
    lastTo: to,
    lastAccountId: accountId,
    lastThreadId: thread ?? undefined,
  };
}

/** A session as `sessions.list` and `sessions.changed` show it (spec 11.3); absent values are left out. */
export function sessionRow(services: Services, session: Session) {
  const { times, counters } = session;
  const model = session.model.override ?? session.model.last ?? effectiveModel(services, session);
  return {
    key: session.key,
    agentId: session.agentId,
    kind: sessionKind(session),
    sessionId: session.sessionId,
    label: session.label ?? undefined,
    displayName: session.displayName ?? undefined,
    channel: session.channel,
    chatType: session.chatKind === "dm" ? "direct" : session.chatKind,
    audience: session.audience,
    running: session.running,
    status: session.running ? ("running" as const) : ("done" as const),
    updatedAt: times.updatedAt,
    createdAt: times.createdAt,
    sessionStartedAt: times.startedAt,
    lastInteractionAt: times.lastInteractionAt,
    messageCount: counters.messages,
    inputTokens: counters.inputTokens ?? undefined,
    outputTokens: counters.outputTokens ?? undefined,
    totalTokens: counters.totalTokens ?? undefined,
    totalTokensFresh: counters.totalTokens !== null,
    cacheRead: counters.cacheRead ?? undefined,
    cacheWrite: counters.cacheWrite ?? undefined,
    ...splitModel(model),
    modelOverride: session.model.override ?? undefined,
    // Of the model that is asked next: whoever chose another sees at once how much room there is.
    contextTokens: services.settings.contextTokens(effectiveModel(services, session)),
    ...routeFields(session),
  };
}

export type SessionListItem = ReturnType<typeof sessionRow>;
