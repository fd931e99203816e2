import { z } from "zod";
import { dayOf } from "../domain/budget.ts";
import type { Dock } from "../domain/session.ts";
import { findSession } from "../store/statements/find-session.ts";
import { listSessionParticipants } from "../store/statements/list-session-participants.ts";
import { sumSessionUsageSince } from "../store/statements/sum-session-usage-since.ts";
import type { ParticipantRow } from "../store/tables.ts";
import { numberedConversations } from "./conversations-list.ts";
import { define } from "./define.ts";
import { requireSession } from "./session-find.ts";
import { sessionRow } from "./session-row.ts";

const MOST_PARTICIPANTS = 100;
const MOST_CONVERSATIONS = 50;
const USAGE_DAYS = 30;
const DAY_MS = 86_400_000;
const NOTHING = { turns: 0, tokens: 0, cost: 0 };

function participant(row: ParticipantRow) {
  const { channel, account, chat, thread, sender_id: senderId } = row;
  return { channel, account, chat, thread: thread ?? undefined, senderId, senderName: row.sender_name ?? undefined, messages: row.messages, firstAt: row.first_at, lastAt: row.last_at };
}

export const sessionsShow = define({
  name: "sessions.show",
  scope: "read",
  input: z.object({ key: z.string().min(1).max(512) }),
  example: { key: "main" },
  /** All there is to know about one session but for its words. Errors: SESSION_NOT_FOUND. */
  async run(services, input) {
    const { store, clock } = services;
    const session = await requireSession(services, input.key);
    const { key } = session;
    const { conversations, total } = await numberedConversations(services, session, MOST_CONVERSATIONS);
    const participants = await store.all(listSessionParticipants, { session_key: key, limit: MOST_PARTICIPANTS });
    const since = dayOf(clock.now() - (USAGE_DAYS - 1) * DAY_MS);
    const dock = (await store.get(findSession, { key }))?.dock ?? null;
    return {
      ts: clock.now(),
      session: sessionRow(services, session),
      lastRoute: session.lastRoute,
      dock: dock === null ? null : (JSON.parse(dock) as Dock),
      choices: { ...session.choices, model: session.model.override ?? undefined, queue: session.queue ?? undefined },
      participants: participants.map(participant),
      conversations,
      totalConversations: total,
      usage: { since, days: USAGE_DAYS, ...((await store.get(sumSessionUsageSince, { since, session_key: key })) ?? NOTHING) },
    };
  },
});
