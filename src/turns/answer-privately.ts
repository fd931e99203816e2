import { runAgent, type AgentParts } from "../agent/run.ts";
import { isOperatorChannel, type Address } from "../domain/address.ts";
import type { Channel, ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Entry } from "../domain/entry.ts";
import { toContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import type { Language } from "../domain/language.ts";
import { readerOf, type InboundMessage } from "../domain/message.ts";
import type { Route } from "../domain/route.ts";
import type { InboxItem, Turn, TurnEvent, TurnResult } from "../domain/turn.ts";
import type { RecentEntries } from "../sessions/recent.ts";
import { toChoices } from "../store/rows.ts";
import type { Executor } from "../store/store.ts";
import { findSession } from "../store/statements/find-session.ts";
import type { PrivateChatRow } from "../store/tables.ts";
import { failureText, say } from "../texts/index.ts";
import { overBudget, recordUsage } from "./budget.ts";
import { checkRequest, unmarked, withoutMarkers, type CanaryParts } from "./canary.ts";
import { frameOf } from "./frame.ts";
import { guardReply } from "./guard.ts";

const MOST_ENTRIES = 200;
const SENDS = 3;

export interface PrivateParts extends CanaryParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: ChannelLog;
  readonly models: AgentParts;
  readonly recent: RecentEntries;
  readonly house: PrivateHouse;
}

/** What it needs of the process that it runs in. */
export interface PrivateHouse {
  /** Names the gateway. */
  readonly gateway: string;
  /** Whether another gateway on the same database is there. */
  hasOthers(): boolean;
  isAlive(gateway: string): Promise<boolean>;
  /** Says that what was off the record is gone, where it was said. */
  tellEnded(tx: Executor, row: PrivateChatRow): Promise<void>;
  wakeOutbox(): void;
  channel(address: Address, sessionKey: string): Channel | null;
  /** Shows it to the clients of this gateway alone. */
  show(event: TurnEvent): void;
  languageOf(message: InboundMessage): Promise<Language>;
}

/** One chat: what was said, and what is being answered. */
export interface PrivateChat {
  entries: Entry[];
  /** The end of the last answer: they are given one after the other. */
  tail: Promise<void>;
  abort: AbortController | null;
}

export interface Question {
  readonly message: InboundMessage;
  /** How many came with it, and were left where they are. */
  readonly files: number;
  readonly route: Route;
  readonly runId: string;
  readonly turnId: string;
}

function entryOf(parts: PrivateParts, { message, route, turnId }: Question, role: "user" | "assistant", text: string, seq: number): Entry {
  const isTheirs = role === "user";
  const from = { senderId: isTheirs ? message.sender.id : route.agentId, senderName: isTheirs ? message.sender.name : null, person: isTheirs ? route.person : null, address: message.address, audience: route.audience };
  return { id: parts.ids.next(), parentId: null, sessionId: "", seq, turnId, role, text, at: parts.clock.now(), from, model: null, usage: null, stopReason: null };
}

/** What the guard, the self-test and the day's limits know a question as; nothing of it is in the database. */
function turnOf({ ids, clock }: PrivateParts, { message, route, runId, turnId }: Question, sessionId: string): Turn {
  const { sessionKey, agentId, person, audience, shared, pinned, isOwner } = route;
  const now = clock.now();
  const item: InboxItem = { id: ids.next(), seq: 0, runId, agentId, sessionKey, message, origin: "person", command: null, person, audience, shared, pinned, owner: isOwner, acceptedAt: now, dropped: null };
  const reply = { address: message.address, audience, peer: readerOf(message), replyTo: message.messageId };
  return { id: turnId, runId, sessionKey, sessionId, agentId, attempt: 1, fence: 1, startedAt: now, items: [item], reply, draft: null };
}

/** Answers one question in its chat. Throws what the platform or the store says. */
export async function answerPrivately(parts: PrivateParts, chat: PrivateChat, asked: Question, signal: AbortSignal): Promise<void> {
  const { store, house, settings } = parts;
  const { route, message } = asked;
  const language = await house.languageOf(message);
  const session = await store.get(findSession, { key: route.sessionKey });
  const turn = turnOf(parts, asked, session?.session_id ?? "");
  const choices = toChoices(session?.choices ?? null);
  house.show({ ...frameOf(turn, parts.clock.now()), kind: "started", reply: turn.reply, texts: [message.text], senderName: message.sender.name, draft: null });
  if (!settings.mayAnswer({ key: turn.sessionKey, channel: message.address.channel, chatKind: message.chatKind }, choices)) {
    return house.show({ ...frameOf(turn, parts.clock.now()), kind: "aborted", text: "", reason: "SESSION_SEND_DENIED" });
  }
  const kept = session === undefined ? [] : await parts.recent.read(session.session_id);
  // An answer that would wait for the owner's word (law 5) has nowhere to wait: it is made without what is foreign.
  const readable = guardReply(settings, turn, kept) === null ? kept : [];
  const next = (readable.at(-1)?.seq ?? 0) + 1;
  chat.entries = [...chat.entries, entryOf(parts, asked, "user", message.text, next)].slice(-MOST_ENTRIES);
  if ((await overBudget(settings, store, turn, parts.clock.now())) !== null) {
    await store.transaction((tx) => recordUsage(settings, tx, turn, { answer: null, refused: true }, parts.clock.now()), turn.sessionKey);
    return tell(parts, asked, turn, say(language, "private.limit"));
  }
  const ran = await runAgent(parts.models, {
    agent: settings.agents().get(turn.agentId),
    modelOverride: session?.model_override ?? null,
    thinking: choices.thinking ?? null,
    entries: [...readable, ...chat.entries.map((entry, index) => ({ ...entry, seq: next + index }))],
    signal,
    inspect: (request) => checkRequest(parts, turn, request),
    onText: (delta, text) => house.show({ ...frameOf(turn, parts.clock.now()), kind: "delta", delta, text: withoutMarkers(text) }),
  });
  const result = await unmarked(parts, turn, ran);
  const spent = result.kind === "answered" ? { text: result.text, model: result.model, usage: result.usage } : null;
  await store.transaction((tx) => recordUsage(settings, tx, turn, { answer: spent, refused: false }, parts.clock.now()), turn.sessionKey);
  await settle(parts, chat, asked, turn, result, language);
}

async function settle(parts: PrivateParts, chat: PrivateChat, asked: Question, turn: Turn, result: TurnResult, language: Language): Promise<void> {
  const { house } = parts;
  const frame = frameOf(turn, parts.clock.now());
  if (result.kind === "failed") return tell(parts, asked, turn, failureText(language, result.error));
  if (result.kind === "aborted") {
    house.show({ ...frame, kind: "aborted", text: result.text, reason: result.reason === "timeout" ? "MODEL_TIMEOUT" : "TURN_ABORTED" });
    return result.reason === "timeout" ? send(house, asked, say(language, "turn.timeout")) : undefined;
  }
  chat.entries = [...chat.entries, entryOf(parts, asked, "assistant", result.text, 0)].slice(-MOST_ENTRIES);
  const told = asked.files === 0 ? result.text : `${say(language, "private.files")}\n\n${result.text}`;
  house.show({ ...frame, kind: "committed", held: null, text: told, model: result.model, usage: result.usage });
  return send(house, asked, told);
}

/** The gateway's own words instead of an answer. */
function tell({ house, clock }: PrivateParts, asked: Question, turn: Turn, text: string): Promise<void> {
  house.show({ ...frameOf(turn, clock.now()), kind: "failed", text });
  return send(house, asked, text);
}

/** Straight to the platform: what is not to be kept cannot wait. */
export async function send(house: PrivateHouse, { message, route, turnId }: Pick<Question, "message" | "route" | "turnId">, text: string): Promise<void> {
  const { address, messageId } = message;
  if (isOperatorChannel(address.channel)) return;
  const channel = house.channel(address, route.sessionKey);
  for (const [index, part] of (channel?.render(text) ?? []).entries()) {
    for (let left = SENDS; ; left--) {
      try {
        await channel?.send({ address, part, replyTo: index === 0 ? messageId : null, nonce: `${turnId}-${index}` }, AbortSignal.timeout(30_000));
        break;
      } catch (error) {
        if (left === 1 || !toContinuoError(error).retryable) throw error;
      }
    }
  }
}
