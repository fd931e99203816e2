import { z } from "zod";
import type { Entry } from "../domain/entry.ts";
import { wireAttachment } from "../domain/media.ts";
import type { Session } from "../domain/session.ts";
import { reported } from "../domain/usage.ts";
import { readLatest } from "../sessions/transcript.ts";
import { toEntry } from "../store/rows.ts";
import { listBranchedEntries } from "../store/statements/list-branched-entries.ts";
import { findLastStep } from "../store/statements/find-last-step.ts";
import { define } from "./define.ts";
import { findTypedSession, requireConversation } from "./session-find.ts";
import type { Services } from "./services.ts";

/** One message as clients see it: the badge's `channel` says where it came from or went to. */
function wireMessage(entry: Entry) {
  return {
    id: entry.id,
    seq: entry.seq,
    role: entry.role,
    content: [{ type: "text" as const, text: entry.text }],
    timestamp: entry.at,
    channel: entry.from.address.channel,
    senderName: entry.from.senderName ?? undefined,
    model: entry.model ?? undefined,
    stopReason: entry.stopReason ?? undefined,
    attachments: entry.attachments?.map(wireAttachment),
    usage: entry.usage === null ? undefined : reported(entry.usage),
  };
}

interface Read {
  readonly entry: Entry;
  /** What set it aside, where something did. */
  readonly branch: string | null;
}

/** The newest entries before a position, oldest first. */
async function read({ store }: Services, sessionId: string, limit: number, before: number | undefined, withBranches: boolean): Promise<Read[]> {
  if (!withBranches) return (await readLatest(store, sessionId, limit, before)).map((entry) => ({ entry, branch: null }));
  const rows = await store.all(listBranchedEntries, { session_id: sessionId, before: before ?? Number.MAX_SAFE_INTEGER, limit });
  return rows.map((row) => ({ entry: toEntry(row), branch: row.branch })).toReversed();
}

/** What `sessions.undo` would take back; undefined where there is nothing, and of an earlier conversation. */
async function undoOf({ store }: Services, session: Session, sessionId: string) {
  const step = sessionId === session.sessionId ? await store.get(findLastStep, { to_session: sessionId }) : undefined;
  return step && { kind: step.kind, at: step.at };
}

export const chatHistory = define({
  name: "chat.history",
  scope: "read",
  input: z.object({
    sessionKey: z.string().min(1).max(512),
    agentId: z.string().max(64).nullish(),
    sessionId: z.string().max(128).optional(),
    limit: z.int().min(1).max(1000).default(200),
    beforeSeq: z.int().min(1).optional(),
    /** Also what a rewind or an edit set aside; its `branch` says what. */
    branches: z.boolean().default(false),
  }),
  example: { sessionKey: "main", limit: 50 },
  /** The newest messages, oldest first; an unknown key has none (spec 11.3). */
  async run(services, input) {
    const session = await findTypedSession(services, input.sessionKey, input.agentId ?? null);
    if (session === null) return { sessionKey: input.sessionKey, messages: [], hasMore: false, thinkingLevel: "off" };
    const sessionId = input.sessionId === undefined ? session.sessionId : (await requireConversation(services, session, input.sessionId)).session_id;
    const found = await read(services, sessionId, input.limit + 1, input.beforeSeq, input.branches);
    const hasMore = found.length > input.limit;
    const messages = found.slice(hasMore ? 1 : 0).map(({ entry, branch }) => ({ ...wireMessage(entry), branch: branch ?? undefined }));
    return { sessionKey: input.sessionKey, key: session.key, sessionId, messages, hasMore, undo: await undoOf(services, session, sessionId), thinkingLevel: session.choices.thinking ?? "off" };
  },
});
