import { z } from "zod";
import type { Session } from "../domain/session.ts";
import { toConversation } from "../store/rows.ts";
import { countConversations } from "../store/statements/count-conversations.ts";
import { listConversations } from "../store/statements/list-conversations.ts";
import { define } from "./define.ts";
import { findTypedSession } from "./session-find.ts";
import type { Services } from "./services.ts";

const PAGE = 200;

/**
 * A session's conversations, newest first. Those in which something was said, and the current one, have the numbers that
 * `/sessions` shows in the chat: 1 is the newest.
 */
export async function numberedConversations({ store }: Services, session: Session, limit: number) {
  const total = (await store.get(countConversations, { key: session.key }))?.count ?? 0;
  const rows = await store.all(listConversations, { key: session.key, limit });
  let last = 0;
  const conversations = rows.map((row) => {
    const conversation = toConversation(row);
    const current = conversation.sessionId === session.sessionId;
    return {
      number: current || conversation.messages > 0 ? ++last : undefined,
      sessionId: conversation.sessionId,
      current,
      title: conversation.title ?? undefined,
      beganAt: conversation.beganAt,
      beganReason: conversation.beganReason,
      forkedFrom: conversation.forkedFrom ?? undefined,
      endedAt: conversation.endedAt ?? undefined,
      endedReason: conversation.endedReason ?? undefined,
      messages: conversation.messages,
      preview: conversation.preview ?? undefined,
    };
  });
  return { conversations, total };
}

export const conversationsList = define({
  name: "conversations.list",
  scope: "read",
  input: z.object({ key: z.string().min(1).max(512) }),
  example: { key: "main" },
  /** The conversations that a session has had, newest first, each with why it began and ended (law 6). */
  async run(services, input) {
    const session = await findTypedSession(services, input.key);
    if (!session) return { key: input.key, conversations: [] };
    const { conversations } = await numberedConversations(services, session, PAGE);
    return { key: session.key, conversations };
  },
});
