import { normalizeAgentId } from "../domain/agent-id.ts";
import type { CompiledRouting } from "./compile.ts";
import type { Origin } from "../domain/turn.ts";
import { canonicalKey, idSegment, nameSegment } from "./keys.ts";

/**
 * Whatever starts a turn without being a chat message (spec 2.7). `agentId: null` is the default agent; uuids are made by
 * the caller. Two sources of that section are ordinary messages and go to `resolveRoute`: a call of a voice channel (the
 * sender is the call's id) and `agent --to`.
 */
export type Source =
  /** A job's system event in the main session. */
  | { readonly kind: "cron-main"; readonly agentId: string | null }
  /** The job's own row: each run starts a new session under it. */
  | { readonly kind: "cron-isolated"; readonly agentId: string | null; readonly jobId: string }
  /** The name by which one run stays reachable; the session was started under the job's own row. */
  | { readonly kind: "cron-run"; readonly agentId: string | null; readonly jobId: string; readonly sessionId: string }
  /** `sessionTarget: "session:<key>"`; a key that names another agent leads there, which the caller has to permit. */
  | { readonly kind: "cron-session"; readonly agentId: string | null; readonly key: string }
  | HookSource
  /** `/hooks/wake`: a system event for the default agent. */
  | { readonly kind: "wake" }
  /** `agentId` is the agent that does the work; `parents` are the uuids of the sub-agents above it, outermost first. */
  | { readonly kind: "subagent"; readonly agentId: string | null; readonly parents: readonly string[]; readonly uuid: string }
  | ChatCompletionsSource
  | ResponsesSource
  /** `agent --session-id`; `key` is the row that has this session id, null where none has. */
  | { readonly kind: "session-id"; readonly agentId: string | null; readonly sessionId: string; readonly key: string | null }
  /** `session` is the agent's `heartbeat.session`. */
  | { readonly kind: "heartbeat"; readonly agentId: string | null; readonly session: string | null }
  /** A paired device that speaks for itself. */
  | { readonly kind: "node"; readonly agentId: string | null; readonly nodeId: string };

/** `/hooks/agent` */
interface HookSource {
  readonly kind: "hook";
  readonly agentId: string | null;
  /** The key that the request names. */
  readonly requestKey: string | null;
  /** Whether `hooks.allowRequestSessionKey` and `hooks.allowedSessionKeyPrefixes` permit it. */
  readonly requestKeyAllowed: boolean;
  readonly defaultSessionKey: string | null;
  readonly uuid: string;
}

/** `/v1/chat/completions` */
interface ChatCompletionsSource {
  readonly kind: "chat-completions";
  readonly agentId: string | null;
  /** `x-openclaw-session-key` */
  readonly header: string | null;
  /** `user` of the body. */
  readonly user: string | null;
  readonly uuid: string;
}

/** `/v1/responses` */
interface ResponsesSource {
  readonly kind: "responses";
  readonly agentId: string | null;
  readonly header: string | null;
  /** The session of `previous_response_id`. */
  readonly previousKey: string | null;
  readonly user: string | null;
  readonly uuid: string;
}

/** What of the configuration the keys depend on: a compiled routing fits. */
export interface SourceContext extends Pick<CompiledRouting, "defaultAgentId" | "main"> {
  /** Under `global` the main session is that one; default `per-sender`. */
  readonly scope?: CompiledRouting["scope"] | undefined;
}

export interface SourceKey {
  readonly sessionKey: string;
  readonly agentId: string;
  /** A new session id under this key, whatever it held before. */
  readonly fresh: boolean;
  readonly origin: Origin;
}

/** A node's name is its whole key, so it must not read as the main session's. */
function nodeSegment(nodeId: string, main: string): string {
  const segment = `node-${idSegment(nodeId)}`;
  return segment.toLowerCase() === main.toLowerCase() ? nameSegment(segment, segment) : segment;
}

const filled = (text: string | null): text is string => text !== null && text.trim() !== "";

/** A key by what follows the agent (or a whole one that somebody typed), and whether it starts anew. */
type Named = readonly [key: string, fresh: boolean];

function hookKey(source: HookSource): Named {
  if (source.requestKeyAllowed && filled(source.requestKey)) return [source.requestKey, true];
  return [filled(source.defaultSessionKey) ? source.defaultSessionKey : `hook:${idSegment(source.uuid)}`, true];
}

function requestKey(source: ChatCompletionsSource | ResponsesSource): Named {
  const marker = source.kind === "responses" ? "openresponses" : "openai";
  if (filled(source.header)) return [source.header, false];
  if (source.kind === "responses" && filled(source.previousKey)) return [source.previousKey, false];
  return filled(source.user) ? [`${marker}-user:${idSegment(source.user)}`, false] : [`${marker}:${idSegment(source.uuid)}`, true];
}

function named(source: Source, main: string): Named {
  switch (source.kind) {
    case "cron-main":
    case "wake":
      return [main, false];
    case "heartbeat":
      return [filled(source.session) ? source.session : main, false];
    case "cron-isolated":
      return [`cron:${idSegment(source.jobId)}`, true];
    case "cron-run":
      return [`cron:${idSegment(source.jobId)}:run:${idSegment(source.sessionId)}`, false];
    case "cron-session":
      return [source.key, false];
    case "hook":
      return hookKey(source);
    case "subagent":
      return [[...source.parents, source.uuid].map((id) => `subagent:${idSegment(id)}`).join(":"), true];
    case "chat-completions":
    case "responses":
      return requestKey(source);
    case "session-id":
      return [source.key ?? `explicit:${idSegment(source.sessionId)}`, false];
    case "node":
      return [nodeSegment(source.nodeId, main), false];
  }
}

/** Somebody asks through a client; everything else the house does by itself, and no session is kept fresh by it (spec 4.3). */
function originOf({ kind }: Source): Origin {
  return kind === "chat-completions" || kind === "responses" || kind === "session-id" || kind === "node" ? "person" : "system";
}

/**
 * The session of a source that is no chat message (spec 2.7). Pure; the key is canonical, and no chat has it unless
 * somebody named a chat's key. Throws SESSION_KEY_INVALID for a named key that is none, and for ids that make the key
 * longer than 512 characters.
 */
export function sourceKey(source: Source, context: SourceContext): SourceKey {
  const { main } = context;
  const agentId = source.kind === "wake" || source.agentId === null ? context.defaultAgentId : normalizeAgentId(source.agentId);
  const [text, fresh] = named(source, main);
  const { sessionKey, agentId: owner } = canonicalKey(text, agentId, main);
  const isMain = sessionKey === `agent:${owner}:${main}`;
  return { sessionKey: isMain && context.scope === "global" ? "global" : sessionKey, agentId: owner, fresh, origin: originOf(source) };
}

/** How many sub-agents deep a session is; 0 for everything else (spec 2.1). */
export function subagentDepth(sessionKey: string): number {
  const rest = sessionKey.split(":").slice(2);
  let depth = 0;
  while (rest[2 * depth] === "subagent" && rest[2 * depth + 1] !== undefined) depth++;
  return depth;
}
