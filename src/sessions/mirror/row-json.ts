import type { Address } from "../../domain/address.ts";
import type { Session } from "../../domain/session.ts";
import { chosenFields } from "../chosen-fields.ts";
import { splitModel } from "./model-name.ts";
import { isoSeconds } from "./times.ts";

/** What a person or a script finds under a session's key: the seed's fields and OpenClaw's in one entry (spec 3.2, 3.3). */
export function rowEntry(session: Session): object {
  const { times, counters } = session;
  return {
    uuid: session.sessionId,
    created: isoSeconds(times.createdAt),
    lastActive: isoSeconds(times.lastInteractionAt || times.updatedAt),
    messageCount: counters.messages,
    sessionId: session.sessionId,
    updatedAt: times.updatedAt,
    sessionStartedAt: times.startedAt,
    lastInteractionAt: times.lastInteractionAt,
    status: session.running ? "running" : "done",
    ...tokenFields(session),
    ...modelFields(session),
    ...chosenFields(session),
    ...markFields(session),
    ...placeFields(session),
    ...routeFields(session.lastRoute),
    origin: originOf(session),
    state: stateOf(session),
  };
}

/** One member of `sessions.json`, indented as it stands there, without the comma. */
export function rowText(session: Session): string {
  const entry = JSON.stringify(rowEntry(session), null, 2).replaceAll("\n", "\n  ");
  return `  ${JSON.stringify(session.key)}: ${entry}`;
}

/** `totalTokens` is the fill of the context, not a running sum; unknown figures are left out (spec 3.3). */
function tokenFields({ counters }: Session): object {
  return {
    inputTokens: counters.inputTokens ?? undefined,
    outputTokens: counters.outputTokens ?? undefined,
    totalTokens: counters.totalTokens ?? undefined,
    totalTokensFresh: counters.totalTokens === null ? undefined : true,
    cacheRead: counters.cacheRead ?? undefined,
    cacheWrite: counters.cacheWrite ?? undefined,
  };
}

function modelFields({ model }: Session): object {
  const last = model.last === null ? null : splitModel(model.last);
  const override = model.override === null ? null : splitModel(model.override);
  return {
    modelProvider: last?.provider,
    model: last?.model,
    providerOverride: override?.provider,
    modelOverride: override?.model,
    modelOverrideSource: override === null ? undefined : "user",
  };
}

/** What was marked on the session or counted in it. */
function markFields({ counters, pinnedAt, archivedAt }: Session): object {
  return {
    compactionCount: counters.compactions > 0 ? counters.compactions : undefined,
    pinnedAt: pinnedAt ?? undefined,
    archivedAt: archivedAt ?? undefined,
  };
}

function chatTypeOf({ chatKind }: Session): "direct" | "group" | "channel" {
  return chatKind === "dm" ? "direct" : chatKind;
}

/** A group's title is its `subject`, a channel's is its `room`; `groupChannel` is OpenClaw's later name for the latter. */
function placeFields(session: Session): object {
  const { chatKind, channel, lastRoute } = session;
  const title = session.displayName ?? undefined;
  const common = { chatType: chatTypeOf(session), channel, label: session.label ?? undefined };
  if (chatKind === "dm") return { ...common, displayName: title };
  const id = lastRoute?.channel === channel ? lastRoute.chat : undefined;
  const room = chatKind === "channel" ? title : undefined;
  return {
    ...common,
    displayName: roomLabel(channel, title ?? id),
    groupId: id,
    subject: chatKind === "group" ? title : undefined,
    room,
    groupChannel: room,
  };
}

/** `telegram:g-family-chat` of the title "Family Chat" (spec 3.3). */
function roomLabel(channel: string, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const slug = name.toLowerCase().replace(/[^\p{L}\p{N}#@+._-]+/gu, "-").replace(/^-+|-+$/g, "");
  if (slug === "") return undefined;
  const marked = /^[#@]|^g-|#/.test(slug);
  return `${channel}:${marked ? slug : `g-${slug}`}`;
}

function routeFields(route: Address | null): object {
  if (route === null) return {};
  const threadId = route.thread ?? undefined;
  return {
    deliveryContext: { channel: route.channel, to: route.chat, accountId: route.account, threadId },
    lastChannel: route.channel,
    lastTo: route.chat,
    lastAccountId: route.account,
    lastThreadId: threadId,
  };
}

/** Where the session began. The last route tells more of it only while it is on the same channel. */
function originOf(session: Session): object {
  const { channel, lastRoute } = session;
  const route = lastRoute?.channel === channel ? lastRoute : null;
  return {
    label: session.displayName ?? session.label ?? undefined,
    provider: channel,
    surface: channel,
    chatType: chatTypeOf(session),
    to: route?.chat,
    accountId: route?.account,
    threadId: route?.thread ?? undefined,
  };
}

/** The seed's state object (spec 3.2). `memoryFlushed` is false: nothing is written to a memory before a compaction yet. */
function stateOf({ model, chatKind, choices, counters }: Session): object {
  return {
    model: model.override ?? model.last,
    modelOverride: model.override,
    activationMode: choices.activation ?? (chatKind === "dm" ? "always" : "mention"),
    lastCompaction: counters.compactedAt === null ? null : isoSeconds(counters.compactedAt),
    memoryFlushed: false,
  };
}
