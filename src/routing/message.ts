import type { ChatKind, InboundMessage } from "../domain/message.ts";
import type { PeerKind } from "./source.ts";

/**
 * A message as far as routing is concerned, for use without a gateway. Only `channel` is required;
 * everything is the platform's stable id, never a name that people can change.
 */
export interface RoutingMessage {
  /** `telegram`, `discord`, ...; `webchat` and `terminal` are the operator. */
  readonly channel: string;
  /** Which of our accounts received it; default: the channel's default account. */
  readonly account?: string | undefined;
  /** Default `dm`. */
  readonly kind?: PeerKind | undefined;
  /** Who wrote it. */
  readonly sender?: string | number | undefined;
  /** The room; in a `dm` the sender, where it is left out. */
  readonly chat?: string | number | undefined;
  /** A forum topic or thread inside the room. */
  readonly thread?: string | number | null | undefined;
  /** The room that a thread-like room belongs to. */
  readonly parentChat?: string | number | null | undefined;
  readonly guildId?: string | number | null | undefined;
  readonly teamId?: string | number | null | undefined;
  readonly roles?: readonly (string | number)[] | undefined;
  /** The caller may name the session or the agent; trusted as it is. */
  readonly sessionKey?: string | null | undefined;
  readonly agentId?: string | null | undefined;
}

const text = (id: string | number | null | undefined): string => (id === null || id === undefined ? "" : String(id));
const optional = (id: string | number | null | undefined): string | null => text(id) || null;

function chatKindOf(kind: PeerKind | undefined): ChatKind {
  return kind === undefined || kind === "direct" ? "dm" : kind;
}

/** The short form as the message that channels hand in. */
export function inboundFrom(message: RoutingMessage): InboundMessage {
  const sender = text(message.sender);
  const place = { title: null, parentChat: optional(message.parentChat), guildId: optional(message.guildId), teamId: optional(message.teamId), roles: (message.roles ?? []).map(String) };
  const named = Boolean(message.sessionKey) || Boolean(message.agentId);
  return {
    address: { channel: message.channel, account: message.account ?? "", chat: text(message.chat) || sender, thread: optional(message.thread) },
    chatKind: chatKindOf(message.kind),
    sender: { id: sender, name: null, username: null },
    messageId: null,
    text: "",
    mentioned: true,
    sentAt: 0,
    place,
    target: named ? { sessionKey: message.sessionKey || null, agentId: message.agentId || null } : null,
  };
}

export function isInbound(message: InboundMessage | RoutingMessage): message is InboundMessage {
  return "address" in message;
}
