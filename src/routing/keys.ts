import { normalizeAgentId } from "../domain/agent-id.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { InboundMessage } from "../domain/message.ts";
import type { ResetType } from "../domain/route.ts";

/**
 * Session keys (spec 2.1 with A2 and A3). Two sources never get one key by accident, because
 * (1) an id is one segment: `:` and `%` in it are percent-encoded;
 * (2) words that mark a form (`dm`, `group`, ...) and the main key never stand for a channel or an account;
 * (3) `unknown` stands for a missing id alone, so that a sender called `unknown` is encoded.
 */
const MARKERS: ReadonlySet<string> = new Set([
  ...["dm", "direct", "group", "channel", "thread", "topic", "person", "global", "unknown", "agent"],
  ...["cron", "hook", "subagent", "voice", "acp", "explicit", "openai", "openai-user", "openresponses", "openresponses-user", "main"],
]);

const MAX_LENGTH = 512;

function encodeFirst(text: string): string {
  const code = text.codePointAt(0) ?? 0;
  const first = String.fromCodePoint(code);
  return `%${code.toString(16).toUpperCase()}${text.slice(first.length)}`;
}

/** What would end a segment, get lost at the edge of a line, or break one. */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[%:\u0000-\u001f\u007f]|^\s+|\s+$/;
const EVERY_UNSAFE = new RegExp(UNSAFE, "g");

function encode(text: string): string {
  return UNSAFE.test(text) ? text.replace(EVERY_UNSAFE, encodeURIComponent) : text;
}

/** An id of a platform (peer, chat, thread), opaque and with its case (A2). */
export function idSegment(id: string): string {
  if (id === "") return "unknown";
  return id === "unknown" ? encodeFirst(id) : encode(id);
}

/** A channel or an account. */
export function nameSegment(name: string, mainKey: string): string {
  if (name === "") return "unknown";
  return MARKERS.has(name) || name === mainKey ? encodeFirst(name) : encode(name);
}

/** Spec 2.2: trimmed, lower case; one segment, and free of the braces that mark places in a form. */
export function mainSegment(mainKey: string | undefined): string {
  const key = (mainKey ?? "").trim().toLowerCase() || "main";
  const plain = encode(key).replaceAll("{", "%7B").replaceAll("}", "%7D");
  return plain !== "main" && MARKERS.has(plain) ? encodeFirst(plain) : plain;
}

/** The audience of a private chat with somebody who is not linked to a person (docs/formats.md). */
export function peerAudience(channel: string, account: string, senderId: string): string {
  return `peer:${encode(channel)}:${encode(account)}:${idSegment(senderId)}`;
}

/** The audience of a room, or of a thread in it. */
export function roomAudience(channel: string, account: string, chat: string, thread: string | null): string {
  const room = `chat:${encode(channel)}:${encode(account)}:${idSegment(chat)}`;
  return thread === null ? room : `${room}:${idSegment(thread)}`;
}

const PLACE = /\{(agent|channel|account|peer|chat|thread|person)\}/g;

export type Places = Readonly<Record<"agent" | "channel" | "account" | "peer" | "chat" | "thread" | "person", string>>;

/** A key written out from its form; used to replay an explanation. */
export function fillForm(form: string, places: Places): string {
  return form.replace(PLACE, (_, place: keyof Places) => places[place]);
}

/** `direct` is `dm` wherever it stands as a marker (A2). */
function withDm(segments: readonly string[]): string[] {
  const at = segments.findIndex((segment, index) => index <= 2 && MARKERS.has(segment));
  return segments.map((segment, index) => (index === at && segment === "direct" ? "dm" : segment));
}

/** Ids that a person typed with their colons (`!room:server.org`) become one segment again. */
function withWholeId(segments: readonly string[]): string[] {
  const marker = segments[1];
  if (MARKERS.has(segments[0] ?? "") || (marker !== "group" && marker !== "channel" && marker !== "dm")) return [...segments];
  const rest = segments.slice(2);
  if (rest.length < 2 || rest[1] === "thread" || rest[1] === "topic") return [...segments];
  const thread = rest.findLastIndex((segment, index) => index > 0 && (segment === "thread" || segment === "topic"));
  const id = thread === -1 ? rest : rest.slice(0, thread);
  return [...segments.slice(0, 2), id.join("%3A"), ...(thread === -1 ? [] : rest.slice(thread))];
}

function refuse(reason: string): never {
  throw new ContinuoError("SESSION_KEY_INVALID", reason);
}

export interface TypedKey {
  readonly sessionKey: string;
  readonly agentId: string;
}

/**
 * A key as a person or a client writes it, in its canonical form (spec 2.2): `main` and
 * `agent:<id>:main` are the main session, a bare key belongs to the default agent, `direct` is `dm`.
 * Throws SESSION_KEY_INVALID.
 */
export function canonicalKey(typed: string, defaultAgentId: string, main: string): TypedKey {
  const text = typed.trim();
  if (text.length > MAX_LENGTH) refuse(`The session key is longer than ${MAX_LENGTH} characters.`);
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) refuse("The session key contains control characters.");
  if (text.toLowerCase() === "global") return { sessionKey: "global", agentId: defaultAgentId };
  const parts = text.split(":").filter((part) => part !== "");
  const qualified = parts[0]?.toLowerCase() === "agent";
  if (parts.length === 0 || (qualified && parts.length < 3)) {
    refuse(`"${text}" is not a session key: write agent:<id>:<rest>, or the rest alone.`);
  }
  const agentId = qualified ? normalizeAgentId(parts[1] ?? "") : defaultAgentId;
  const segments = withWholeId(withDm(qualified ? parts.slice(2) : parts));
  const [only] = segments;
  const isMain = segments.length === 1 && (only?.toLowerCase() === "main" || only?.toLowerCase() === main);
  return { sessionKey: `agent:${agentId}:${isMain ? main : segments.join(":")}`, agentId };
}

/** Whose reset settings apply to a message in a session (spec 4.1). */
export interface ResetPlace {
  readonly type: ResetType;
  /** Of the room, where the session is one; elsewhere where the message came from. */
  readonly channel: string;
}

interface Placed {
  /** What stands behind the agent. */
  readonly segments: readonly string[];
  /** Where its marker stands (`dm`, `group`, ...), or -1. */
  readonly marker: number;
  /** Where its thread begins, or -1. */
  readonly thread: number;
}

/** Names, ids and agents cannot pose as markers: only what stands in a marker's place is one. */
function placed(sessionKey: string): Placed {
  const segments = sessionKey.startsWith("agent:") ? sessionKey.split(":").slice(2) : [];
  const marker = segments.findIndex((segment) => segment === "group" || segment === "channel" || segment === "dm" || segment === "person");
  const thread = segments.findIndex((segment, index) => (segment === "thread" || segment === "topic") && index > marker + 1 && index < segments.length - 1);
  return { segments, marker, thread };
}

/** The key of the chat around a thread; null where a session is no thread's. */
export function parentKey(sessionKey: string): string | null {
  const { segments, thread } = placed(sessionKey);
  return thread === -1 ? null : [...sessionKey.split(":").slice(0, 2), ...segments.slice(0, thread)].join(":");
}

/**
 * The kind of a session, by its message and by its key: an operator who writes into a group's session has a private chat of
 * their own, and the session is a group's all the same. Pure.
 */
export function resetPlace({ address, chatKind }: Pick<InboundMessage, "address" | "chatKind">, sessionKey: string): ResetPlace {
  const { segments, marker, thread } = placed(sessionKey);
  const room = marker > 0 && (segments[marker] === "group" || segments[marker] === "channel") ? segments[0] : undefined;
  const isThread = address.thread !== null || thread !== -1;
  const isGroup = chatKind !== "dm" || room !== undefined;
  return { type: isThread ? "thread" : isGroup ? "group" : "direct", channel: room ?? address.channel };
}
