import type { Compaction } from "../../domain/entry.ts";
import { wireAttachment, wordsWithFiles } from "../../domain/media.ts";
import type { Attachment } from "../../domain/message.ts";
import type { Usage } from "../../domain/usage.ts";
import type { ConversationRow, EntryRow } from "../../store/tables.ts";
import { splitModel } from "../mirror/model-name.ts";
import { wordsIn } from "./content.ts";
import type { Kept } from "./line.ts";

interface Meta {
  readonly usage?: Usage;
  readonly stopReason?: string;
  readonly compaction?: Compaction;
  readonly attachments?: readonly Attachment[];
  readonly source?: Kept;
}

/** What one transcript's lines need to know of those before them. */
export interface LineWriter {
  header(): string;
  line(entry: EntryRow): string;
  /** Says which branch goes on, where the last line is of another; null where the last line says it. */
  leaf(): string | null;
}

const iso = (at: number): string => new Date(at).toISOString();
const text = (line: object): string => `${JSON.stringify(line)}\n`;

/** An imported entry has the id again that it had; ids of Continuo stay as they are. */
function ownId(sessionId: string, id: string): string {
  return id.startsWith(`${sessionId}.`) ? id.slice(sessionId.length + 1) : id;
}

/** A reader expects numbers; where nothing was counted nothing is said. */
function usageOf(usage: Usage | undefined): object | undefined {
  if (usage === undefined || Object.values(usage).every((count) => count === null)) return undefined;
  const { input, output, cacheRead, cacheWrite } = { input: usage.input ?? 0, output: usage.output ?? 0, cacheRead: usage.cacheRead ?? 0, cacheWrite: usage.cacheWrite ?? 0 };
  return { input, output, cacheRead, cacheWrite, totalTokens: input + output + cacheRead + cacheWrite, cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 } };
}

/**
 * What was imported says itself what was sent with it, unless it is something else by now. Files of our own are words there,
 * since their bytes stay here, and fields that no reader there minds.
 */
function contentOf(entry: EntryRow, { source, attachments: files = [] }: Meta): { readonly content: readonly unknown[]; readonly attachments?: readonly object[] } {
  const blocks = source?.content;
  if (blocks !== undefined && wordsIn(blocks) === entry.text) return { content: blocks };
  const isTold = source?.message !== undefined && ("MediaPaths" in source.message || "MediaPath" in source.message);
  if (files.length === 0 || isTold) return { content: [{ type: "text", text: entry.text }] };
  return { content: [{ type: "text", text: wordsWithFiles(entry.text, files) }], attachments: files.map(wireAttachment) };
}

function messageOf(entry: EntryRow, meta: Meta): object {
  const { usage, stopReason, source } = meta;
  const named = entry.model === null ? {} : splitModel(entry.model);
  const sender = entry.role === "user" && entry.sender_name !== null ? { __openclaw: { senderId: entry.sender_id, senderName: entry.sender_name } } : {};
  const base = { role: entry.role, ...contentOf(entry, meta), ...named, usage: usageOf(usage), stopReason, ...sender };
  return { ...base, ...source?.message, timestamp: entry.at };
}

/** Lines of a conversation in OpenClaw's form (spec 3.4): a header, then a tree. */
export function lineWriter(conversation: ConversationRow, asides: (id: string) => boolean): LineWriter {
  const { session_id: sessionId } = conversation;
  /** By `seq`: what a summary keeps is named by its place here, and by its id there. */
  const ids = new Map<number, string>();
  const written = new Set<string>();
  let shown: string | null = null;
  let last: string | null = null;

  const parentOf = (entry: EntryRow): string | null => {
    const parent = entry.parent_id === null ? null : ownId(sessionId, entry.parent_id);
    // One that stands elsewhere by now is no parent here.
    return parent === null || written.has(parent) ? parent : shown;
  };

  const bodyOf = (entry: EntryRow, meta: Meta): object => {
    const { compaction, source } = meta;
    if (source?.type !== undefined) return { type: source.type, ...source.fields };
    if (compaction) return { type: "compaction", summary: entry.text, firstKeptEntryId: ids.get(compaction.firstKeptSeq), tokensBefore: compaction.tokensBefore ?? undefined, ...source?.fields };
    // Models there are not shown what the gateway said.
    if (entry.role === "system" && source === undefined) return { type: "custom", customType: "continuo.notice", data: { text: entry.text } };
    return { type: "message", message: messageOf(entry, meta) };
  };

  return {
    header: () => text({ type: "session", version: 3, id: sessionId, timestamp: iso(conversation.began_at), cwd: "." }),
    line(entry) {
      const id = ownId(sessionId, entry.id);
      const parentId = parentOf(entry);
      const { type, ...body } = bodyOf(entry, entry.meta === null ? {} : (JSON.parse(entry.meta) as Meta)) as { readonly type: string };
      ids.set(entry.seq, id);
      written.add(id);
      last = id;
      if (!asides(entry.id)) shown = id;
      return text({ type, id, parentId, timestamp: iso(entry.at), ...body });
    },
    leaf: () => (shown === last ? null : text({ type: "custom", customType: "continuo.leaf", id: `leaf-${shown ?? "none"}`, parentId: shown, timestamp: iso(conversation.ended_at ?? conversation.began_at), data: {} })),
  };
}
