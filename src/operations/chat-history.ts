import { z } from "zod";
import type { Entry } from "../domain/entry.ts";
import { readLatest } from "../sessions/transcript.ts";
import { toConversation } from "../store/rows.ts";
import { findConversation } from "../store/statements/find-conversation.ts";
import { define } from "./define.ts";
import { findSessionByKey } from "./session-row.ts";
import type { Services } from "./services.ts";
import { ContinuoError } from "../domain/errors.ts";
import { reported } from "../domain/usage.ts";

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
    usage: entry.usage === null ? undefined : reported(entry.usage),
  };
}

/** The current conversation, or an earlier one that this key has had. */
async function conversationOf(services: Services, key: string, asked: string | undefined): Promise<string | null> {
  const session = await findSessionByKey(services, key);
  if (!session) return null;
  if (asked === undefined || asked === session.sessionId) return session.sessionId;
  const row = await services.store.get(findConversation, { session_id: asked });
  if (row && toConversation(row).key === session.key) return asked;
  throw new ContinuoError("SESSION_NOT_FOUND", `There is no conversation ${asked} under ${session.key}.`);
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
  }),
  example: { sessionKey: "main", limit: 50 },
  /** The newest messages, oldest first; an unknown key has none (spec 11.3). */
  async run(services, input) {
    const sessionId = await conversationOf(services, services.settings.keyOf(input.sessionKey, input.agentId ?? null), input.sessionId);
    if (sessionId === null) return { sessionKey: input.sessionKey, messages: [], hasMore: false, thinkingLevel: "off" };
    const entries = await readLatest(services.store, sessionId, input.limit + 1, input.beforeSeq);
    const hasMore = entries.length > input.limit;
    const messages = entries.slice(hasMore ? 1 : 0).map(wireMessage);
    return { sessionKey: input.sessionKey, sessionId, messages, hasMore, thinkingLevel: "off" };
  },
});
