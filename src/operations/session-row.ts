import { isOperatorChannel } from "../domain/address.ts";
import type { Session } from "../domain/session.ts";
import { chosenFields } from "../sessions/chosen-fields.ts";
import type { Services } from "./services.ts";

export function sessionKind(session: Session): "direct" | "group" | "global" | "unknown" {
  if (session.key === "global" || session.key === "unknown") return session.key;
  return session.chatKind === "dm" ? "direct" : "group";
}

export function splitModel(ref: string): { readonly modelProvider: string; readonly model: string } {
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

/** The state object of spec 3.2. `memoryFlushed` is false: nothing is written to a memory before a compaction yet. */
export function stateOf(services: Services, session: Session) {
  const { compactedAt } = session.counters;
  return {
    model: effectiveModel(services, session),
    modelOverride: session.model.override,
    activationMode: session.choices.activation ?? (session.chatKind === "dm" ? ("always" as const) : ("mention" as const)),
    lastCompaction: compactedAt === null ? null : new Date(compactedAt).toISOString(),
    memoryFlushed: false,
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
    compactionCount: counters.compactions,
    pinned: session.pinnedAt === null ? undefined : true,
    pinnedAt: session.pinnedAt ?? undefined,
    archived: session.archivedAt === null ? undefined : true,
    archivedAt: session.archivedAt ?? undefined,
    ...chosenFields(session),
    state: stateOf(services, session),
    ...routeFields(session),
  };
}

export type SessionListItem = ReturnType<typeof sessionRow>;
