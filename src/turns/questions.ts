import { isOperatorChannel } from "../domain/address.ts";
import type { InboxItem, Turn } from "../domain/turn.ts";
import type { Command } from "../domain/command.ts";
import type { Ids } from "../domain/ids.ts";
import { takeOverheard } from "../inbox/overhear.ts";
import { recordOverheard, recordParticipant } from "../sessions/participants.ts";
import { appendEntries, type NewEntry } from "../sessions/transcript.ts";
import type { OpenSession } from "../sessions/lifecycle.ts";
import type { Executor } from "../store/store.ts";
import { isForAgent } from "./commands/index.ts";
import { noticeEntry } from "./notice.ts";
import type { TurnSettings } from "./turn-settings.ts";

export interface QuestionParts {
  readonly ids: Ids;
  readonly settings: TurnSettings;
}

/** What is said in a session that an operator named belongs to that session's readers; elsewhere to its sender's. */
function audienceOf(item: InboxItem, session: OpenSession): string {
  return item.message.target !== null || isOperatorChannel(item.message.address.channel) ? session.audience : item.audience;
}

function userEntry(item: InboxItem, turnId: string, session: OpenSession, canary: string | null): NewEntry {
  const { message } = item;
  return {
    role: "user",
    text: message.text,
    at: message.sentAt,
    turnId,
    from: { senderId: message.sender.id, senderName: message.sender.name, person: item.person, address: message.address, audience: audienceOf(item, session) },
    model: null,
    usage: null,
    stopReason: null,
    canary,
    messageId: message.messageId,
  };
}

/** What was said in the room since the agent last spoke there, each by whoever said it. */
async function overheardEntries(tx: Executor, turn: Turn, first: InboxItem): Promise<NewEntry[]> {
  if (first.message.chatKind === "dm") return [];
  const rows = await takeOverheard(tx, first.message.address);
  return rows.map((row) => ({
    role: "user",
    text: row.text,
    at: row.at,
    turnId: turn.id,
    from: { senderId: row.sender_id, senderName: row.sender_name, person: null, address: first.message.address, audience: first.audience },
    model: null,
    usage: null,
    stopReason: null,
    canary: null,
    messageId: row.message_id,
  }));
}

/** Commands never enter the transcript (spec 4.6); the message that follows `/new` does, without the word. */
function questionsOf(turn: Turn, command: Command | null, session: OpenSession, canary: string | null): NewEntry[] {
  const entries = turn.items.map((item) => userEntry(item, turn.id, session, canary));
  if (command === null) return entries;
  return isForAgent(command) ? entries.map((entry) => ({ ...entry, text: command.rest })) : [];
}

/** Writes a turn's questions into the transcript, before any model is asked (P8), and notes who spoke. */
export async function appendQuestions(parts: QuestionParts, tx: Executor, turn: Turn, session: OpenSession, command: Command | null) {
  const [first] = turn.items;
  const position = { entrySeq: session.entrySeq, leafId: session.leafId };
  if (!first) return position;
  const isAsked = command === null || isForAgent(command);
  // What an operator says in somebody else's session is said to its readers: it proves nothing there.
  const isGuestOf = first.message.target !== null && session.audience !== "owner";
  const canary = isAsked && !isGuestOf ? parts.settings.canary(first.message) : null;
  const notice = session.rolled ? [noticeEntry(turn, session.rolled.reason)] : [];
  const overheard = isAsked ? await overheardEntries(tx, turn, first) : [];
  await recordOverheard(tx, first, overheard.map(({ from, at }) => ({ senderId: from.senderId, senderName: from.senderName, at })));
  const entries = [...notice, ...overheard, ...questionsOf(turn, command, session, canary)];
  if (isAsked) await recordParticipant(tx, turn.items, canary, turn.startedAt);
  if (entries.length === 0) return position;
  const target = { key: session.key, sessionId: session.sessionId, after: session.entrySeq, parentId: session.leafId };
  const appended = await appendEntries(tx, target, entries, parts.ids);
  return { entrySeq: session.entrySeq + appended.length, leafId: appended.at(-1)?.id ?? null };
}
