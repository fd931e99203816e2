import { isOperatorChannel } from "../domain/address.ts";
import type { InboxItem, Turn } from "../domain/turn.ts";
import type { Command } from "../domain/command.ts";
import type { Language } from "../domain/language.ts";
import type { Ids } from "../domain/ids.ts";
import { takeOverheard } from "../inbox/overhear.ts";
import { languageOf } from "../sessions/language.ts";
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

type Place = Pick<OpenSession, "key" | "sessionId" | "audience">;

/** What is said in a session that an operator named belongs to that session's readers; elsewhere to its sender's. */
function audienceOf(item: InboxItem, session: Place): string {
  return item.message.target !== null || isOperatorChannel(item.message.address.channel) ? session.audience : item.audience;
}

/** What an operator says in somebody else's session is said to its readers: it proves nothing there. */
function canaryOf(parts: QuestionParts, item: InboxItem, session: Place): string | null {
  const isGuestOf = item.message.target !== null && session.audience !== "owner";
  return isGuestOf ? null : parts.settings.canary(item.message);
}

function userEntry(item: InboxItem, turnId: string, session: Place, canary: string | null): NewEntry {
  const { message, dropped } = item;
  const isEvent = item.origin === "system";
  return {
    role: isEvent ? "system" : "user",
    event: isEvent ? true : null,
    text: message.text,
    at: message.sentAt,
    // Nothing answers it, so it belongs to no turn: what belongs to one goes wherever its speaker goes (law 7).
    turnId: dropped === null ? turnId : null,
    from: { senderId: message.sender.id, senderName: message.sender.name, person: item.person, address: message.address, audience: audienceOf(item, session) },
    model: null,
    usage: null,
    stopReason: null,
    // Nobody said it.
    canary: isEvent ? null : canary,
    messageId: message.messageId,
    dropped,
    attachments: message.attachments ?? null,
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
function isSaid({ command }: InboxItem): boolean {
  return command === null || isForAgent(command);
}

/** Only people take part in a conversation. */
function isSpoken(item: InboxItem): boolean {
  return item.origin === "person" && isSaid(item);
}

/** A turn's messages with those that were dropped among them, in the order of acceptance. */
function questionsOf(parts: QuestionParts, turn: Turn, dropped: readonly InboxItem[], session: Place): NewEntry[] {
  const heard = [...dropped, ...turn.items].filter(isSaid).toSorted((a, b) => a.seq - b.seq);
  const numbered = turn.items.length > 1;
  return heard.map((item) => {
    const entry = userEntry(item, turn.id, session, canaryOf(parts, item, session));
    const text = item.command === null ? entry.text : item.command.rest;
    return { ...entry, text, queued: numbered && item.dropped === null ? turn.items.indexOf(item) + 1 : null };
  });
}

/** Notes who spoke: those of a turn together, and each whose message was dropped. Answers with what the turn's sender is answered in, if that is known. */
async function recordSpeakers(parts: QuestionParts, tx: Executor, turn: Turn, dropped: readonly InboxItem[], session: Place): Promise<Language | null> {
  let language: Language | null = null;
  const byPlace = Map.groupBy(dropped.filter(isSpoken), ({ message: { address, sender } }) => JSON.stringify([address, sender.id]));
  for (const items of [...byPlace.values(), turn.items.filter(isSpoken)]) {
    const [first] = items;
    if (first) language = await recordParticipant(tx, items, canaryOf(parts, first, session), turn.startedAt);
  }
  return language;
}

/** Writes a turn's questions into the transcript, before any model is asked (P8), and notes who spoke. Answers with what its sender is answered in. */
export async function appendQuestions(
  parts: QuestionParts,
  tx: Executor,
  turn: Turn,
  session: OpenSession,
  { command, dropped }: { readonly command: Command | null; readonly dropped: readonly InboxItem[] },
): Promise<Language> {
  const [first] = turn.items;
  const isAsked = command === null || isForAgent(command);
  const overheard = isAsked && first ? await overheardEntries(tx, turn, first) : [];
  if (first) await recordOverheard(tx, first, overheard.map(({ from, at }) => ({ senderId: from.senderId, senderName: from.senderName, at })));
  const spoken = await recordSpeakers(parts, tx, turn, dropped, session);
  // Who only gave a command has not been noted.
  const language = spoken ?? (first ? await languageOf(tx, first.message) : "en");
  const notice = session.rolled ? [noticeEntry(turn, language, session.rolled.reason)] : [];
  await appendEntries(tx, session, [...notice, ...overheard, ...questionsOf(parts, turn, dropped, session)], parts.ids);
  return language;
}

/** Writes down what joined a turn while it ran. */
export async function appendJoined(parts: QuestionParts, tx: Executor, turn: Turn, place: Place): Promise<void> {
  await recordSpeakers(parts, tx, turn, [], place);
  await appendEntries(tx, place, questionsOf(parts, turn, [], place).map((entry) => ({ ...entry, queued: null })), parts.ids);
}
