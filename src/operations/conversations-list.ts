import { z } from "zod";
import { toConversation } from "../store/rows.ts";
import { listConversations } from "../store/statements/list-conversations.ts";
import { define } from "./define.ts";
import { findSessionByKey } from "./session-row.ts";

const PAGE = 200;

export const conversationsList = define({
  name: "conversations.list",
  scope: "read",
  input: z.object({ key: z.string().min(1).max(512) }),
  example: { key: "main" },
  /** The conversations that a session has had, newest first, each with why it began and ended (law 6). */
  async run(services, input) {
    const session = await findSessionByKey(services, services.settings.keyOf(input.key, null));
    if (!session) return { key: input.key, conversations: [] };
    const rows = await services.store.all(listConversations, { key: session.key, limit: PAGE });
    const conversations = rows.map(toConversation).map((conversation) => ({
      sessionId: conversation.sessionId,
      current: conversation.sessionId === session.sessionId,
      beganAt: conversation.beganAt,
      beganReason: conversation.beganReason,
      endedAt: conversation.endedAt ?? undefined,
      endedReason: conversation.endedReason ?? undefined,
      messages: conversation.messages,
      preview: conversation.preview ?? undefined,
    }));
    return { key: session.key, conversations };
  },
});
