import { z } from "zod";
import type { Session } from "../domain/session.ts";
import { numbered } from "../sessions/numbers.ts";
import { toConversation } from "../store/rows.ts";
import { countConversations } from "../store/statements/count-conversations.ts";
import { listConversations } from "../store/statements/list-conversations.ts";
import { define } from "./define.ts";
import { findTypedSession } from "./session-find.ts";
import type { Services } from "./services.ts";

const PAGE = 200;

/** A session's conversations, newest first, and how many there are in all. */
export async function numberedConversations({ store }: Services, session: Session, limit: number) {
  const total = (await store.get(countConversations, { key: session.key }))?.count ?? 0;
  const rows = await store.all(listConversations, { key: session.key, limit });
  const conversations = numbered(rows, session.sessionId).map(({ row, isCurrent, number }) => {
    const { sessionId, title, beganAt, beganReason, forkedFrom, endedAt, endedReason, messages, preview } = toConversation(row);
    return {
      number: number ?? undefined,
      sessionId,
      current: isCurrent,
      title: title ?? undefined,
      beganAt,
      beganReason,
      forkedFrom: forkedFrom ?? undefined,
      endedAt: endedAt ?? undefined,
      endedReason: endedReason ?? undefined,
      messages,
      preview: preview ?? undefined,
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
