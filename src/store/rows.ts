import type { Command } from "../domain/command.ts";
import type { Address } from "../domain/address.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { DeliveryState } from "../domain/journey.ts";
import type { Compaction, DropReason, Entry, Role } from "../domain/entry.ts";
import type { QueueChoice } from "../domain/queue.ts";
import type { Attachment } from "../domain/message.ts";
import type { ChatKind, InboundMessage } from "../domain/message.ts";
import type { BeganReason, Conversation, Session, SessionChoices } from "../domain/session.ts";
import type { InboxItem, Origin } from "../domain/turn.ts";
import type { Usage } from "../domain/usage.ts";
import type { SessionListRow } from "./statements/session-list.ts";
import type { ConversationRow, EntryRow, InboxRow, OutboxRow } from "./tables.ts";

interface EntryMeta {
  readonly queued?: number;
  readonly dropped?: DropReason;
  readonly usage?: Usage;
  readonly stopReason?: string;
  readonly canary?: string;
  readonly event?: boolean;
  readonly compaction?: Compaction;
  readonly attachments?: readonly Attachment[];
}

export interface ConversationUsage {
  readonly input: number | null;
  readonly output: number | null;
  readonly total: number | null;
  /** Rows of before there were these words lack them. */
  readonly cacheRead?: number | null;
  readonly cacheWrite?: number | null;
}

export function toAddress(row: { channel: string; account: string; chat: string; thread: string | null }): Address {
  return { channel: row.channel, account: row.account, chat: row.chat, thread: row.thread };
}

export function toChoices(choices: string | null): SessionChoices {
  return choices === null ? {} : (JSON.parse(choices) as SessionChoices);
}

export function toSession(row: SessionListRow): Session {
  const usage = row.usage === null ? null : (JSON.parse(row.usage) as ConversationUsage);
  return {
    key: row.key,
    agentId: row.agent_id,
    sessionId: row.session_id,
    chatKind: row.chat_kind as ChatKind,
    channel: row.channel,
    displayName: row.display_name,
    label: row.label,
    title: row.title ?? row.preview,
    audience: row.audience,
    running: row.running > 0,
    times: {
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      startedAt: row.began_at,
      lastInteractionAt: row.interaction_at,
    },
    counters: {
      messages: row.message_count,
      inputTokens: usage?.input ?? null,
      outputTokens: usage?.output ?? null,
      totalTokens: usage?.total ?? null,
      cacheRead: usage?.cacheRead ?? null,
      cacheWrite: usage?.cacheWrite ?? null,
      compactions: row.compactions,
      compactedAt: row.compacted_at,
    },
    model: { override: row.model_override, last: row.model_last },
    lastRoute: row.last_route === null ? null : (JSON.parse(row.last_route) as Address),
    choices: toChoices(row.choices),
    queue: row.queue === null ? null : (JSON.parse(row.queue) as QueueChoice),
    pinnedAt: row.pinned_at,
    archivedAt: row.archived_at,
  };
}

export function toConversation(row: ConversationRow): Conversation {
  return {
    sessionId: row.session_id,
    key: row.key,
    beganAt: row.began_at,
    beganReason: row.began_reason as BeganReason,
    endedAt: row.ended_at,
    endedReason: row.ended_reason as BeganReason | null,
    messages: row.message_count,
    preview: row.preview,
    title: row.title,
    forkedFrom: row.forked_from,
  };
}

export function toEntry(row: EntryRow): Entry {
  const meta = row.meta === null ? null : (JSON.parse(row.meta) as EntryMeta);
  return {
    id: row.id,
    parentId: row.parent_id,
    sessionId: row.session_id,
    seq: row.seq,
    turnId: row.turn_id,
    role: row.role as Role,
    text: row.text,
    at: row.at,
    from: {
      senderId: row.sender_id,
      senderName: row.sender_name,
      person: row.person,
      address: toAddress(row),
      audience: row.audience,
    },
    model: row.model,
    usage: meta?.usage ?? null,
    stopReason: meta?.stopReason ?? null,
    canary: meta?.canary ?? null,
    queued: meta?.queued ?? null,
    dropped: meta?.dropped ?? null,
    event: meta?.event ?? null,
    compaction: meta?.compaction ?? null,
    attachments: meta?.attachments ?? null,
  };
}

/** What the inbox keeps of a message besides its columns. */
export interface StoredMessage {
  readonly message: InboundMessage;
  readonly command: Command | null;
  readonly shared: boolean;
  readonly pinned: boolean;
  readonly owner: boolean;
  /** Items of before there was this word were all said by people. */
  readonly origin?: Origin;
  readonly timeoutMs?: number;
}

/** What an inbox row was stored with; null when that is no message any more. */
export function parseStored(row: Pick<InboxRow, "message">): StoredMessage | null {
  try {
    const stored = JSON.parse(row.message) as StoredMessage;
    const { text, address, sender } = stored.message;
    return typeof text === "string" && typeof address.chat === "string" && typeof sender.id === "string" ? stored : null;
  } catch {
    return null;
  }
}

export function toInboxItem(row: InboxRow, stored: StoredMessage): InboxItem {
  return {
    id: row.id,
    seq: row.seq,
    runId: row.run_id,
    agentId: row.agent_id,
    sessionKey: row.session_key,
    message: stored.message,
    command: stored.command,
    origin: stored.origin ?? "person",
    timeoutMs: stored.timeoutMs ?? null,
    person: row.person,
    audience: row.audience,
    // Items of before there was this word were not shared by anybody who was not named.
    shared: stored.shared ?? false,
    pinned: stored.pinned ?? false,
    owner: stored.owner ?? row.audience === "owner",
    acceptedAt: row.accepted_at,
    dropped: row.dropped as DropReason | null,
  };
}

export function toDelivery(row: OutboxRow): Delivery {
  return {
    id: row.id,
    turnId: row.turn_id,
    sessionKey: row.session_key,
    address: toAddress(row),
    audience: row.audience,
    replyTo: row.reply_to,
    text: row.text,
    state: row.state as DeliveryState,
    attempts: row.attempts,
    dueAt: row.due_at,
    sentParts: row.sent_parts,
    receipts: JSON.parse(row.receipts) as string[],
    draft: row.draft,
    error: row.error,
    peer: row.peer,
    createdAt: row.created_at,
  };
}
