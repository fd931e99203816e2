/**
 * message in a chat that is off the record -> the model -> the chat; nothing of it is stored
 *
 * 1. Neither the inbox, the transcript, the outbox, the files, other gateways nor the log hold a word of it. What comes with
 *    it is not fetched, since it would have to be kept: whoever sent it is told, and so is the model.
 * 2. It ends with `/private off`, or with the process; then whoever spoke is told before anything of theirs is kept again.
 * 3. The model is shown what it would be shown otherwise, and what was said off the record.
 * 4. What is used counts for the day like anything else.
 */
import type { AgentParts } from "../agent/run.ts";
import { runAgent } from "../agent/run.ts";
import type { Address } from "../domain/address.ts";
import { isOperatorChannel } from "../domain/address.ts";
import type { Channel, ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import { isForAgent, type Command } from "../domain/command.ts";
import type { Entry } from "../domain/entry.ts";
import { toContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import type { Language } from "../domain/language.ts";
import { isWordless, missingLine } from "../domain/media.ts";
import { readerOf, type InboundMessage, type OfferedMedia, type ReceiveOutcome } from "../domain/message.ts";
import type { Route } from "../domain/route.ts";
import type { InboxItem, TurnEvent, TurnResult } from "../domain/turn.ts";
import type { RecentEntries } from "../sessions/recent.ts";
import type { Executor, Store } from "../store/store.ts";
import { closePrivateChat } from "../store/statements/close-private-chat.ts";
import { findPrivateChat } from "../store/statements/find-private-chat.ts";
import { findSession } from "../store/statements/find-session.ts";
import { listPrivateChats } from "../store/statements/list-private-chats.ts";
import { openPrivateChat } from "../store/statements/open-private-chat.ts";
import { toChoices } from "../store/rows.ts";
import type { PrivateChatRow } from "../store/tables.ts";
import { failureText, say } from "../texts/index.ts";
import { overBudget, recordUsage } from "./budget.ts";
import type { TurnSettings } from "./turn-settings.ts";

export interface PrivateParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: ChannelLog;
  readonly settings: TurnSettings;
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

export interface PrivateChats {
  /** Null: the message is on the record, and goes its usual way. */
  take(message: InboundMessage, route: Route, command: Command | null, offered: readonly OfferedMedia[]): Promise<ReceiveOutcome | null>;
  begin(tx: Executor, item: InboxItem): Promise<"begun" | "already" | "too-many">;
  /** Forgets it. False: the chat was not off the record. */
  end(tx: Executor, message: InboundMessage): Promise<boolean>;
  isOn(message: InboundMessage): boolean;
  /** Looks for what gateways that are gone have left, and tells those who spoke; once, before anything is taken in. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** One chat: what was said, and what is being answered. */
interface Chat {
  entries: Entry[];
  /** The end of the last answer: they are given one after the other. */
  tail: Promise<void>;
  abort: AbortController | null;
}

const MOST_CHATS = 1_000;
const MOST_ENTRIES = 200;
const SENDS = 3;

function placeOf({ address }: InboundMessage) {
  const { channel, account, chat, thread } = address;
  return { channel, account, chat, thread_key: thread ?? "" };
}

const nameOf = (message: InboundMessage): string => JSON.stringify(Object.values(placeOf(message)));

export function createPrivateChats(parts: PrivateParts): PrivateChats {
  const { clock, ids, settings, house } = parts;
  const chats = new Map<string, Chat>();
  /** Chats that were off the record with another gateway when this one began. */
  const elsewhere = new Set<string>();

  const run = async (chat: Chat, asked: Question): Promise<void> => {
    const abort = new AbortController();
    chat.abort = abort;
    const timeout = setTimeout(() => abort.abort("timeout"), settings.agents().get(asked.route.agentId).timeoutMs);
    try {
      await answer(parts, chat, asked, abort.signal);
    } catch (error) {
      parts.log.error({ code: toContinuoError(error).code }, "something that was asked off the record could not be answered");
    } finally {
      clearTimeout(timeout);
      chat.abort = null;
    }
  };

  return {
    isOn: (message) => chats.has(nameOf(message)),
    async take(message, route, command, offered) {
      const chat = chats.get(nameOf(message));
      if (chat === undefined) return house.hasOthers() || elsewhere.has(nameOf(message)) ? takeElsewhere(parts, message, route, command) : null;
      if (command?.name === "stop") chat.abort?.abort("stop");
      if (command !== null && !isForAgent(command)) return null;
      const question: Question = { message: withoutFiles(message, offered), files: offered.length, route, runId: message.messageId ?? ids.uuid(), turnId: ids.next(), language: await house.languageOf(message) };
      chat.tail = chat.tail.then(() => run(chat, question));
      return { kind: "accepted", itemId: question.turnId, runId: question.runId, sessionKey: route.sessionKey };
    },
    async begin(tx, { message, sessionKey, audience }) {
      const name = nameOf(message);
      if (chats.has(name)) return "already";
      if (chats.size >= MOST_CHATS) return "too-many";
      await tx.run(openPrivateChat, { ...placeOf(message), session_key: sessionKey, audience, peer: readerOf(message), gateway: house.gateway, since: clock.now() });
      chats.set(name, { entries: [], tail: Promise.resolve(), abort: null });
      return "begun";
    },
    async end(tx, message) {
      const chat = chats.get(nameOf(message));
      chats.delete(nameOf(message));
      chat?.abort?.abort("stop");
      return (await tx.run(closePrivateChat, placeOf(message))) > 0 || chat !== undefined;
    },
    async start() {
      for (const row of await parts.store.all(listPrivateChats, { limit: MOST_CHATS })) {
        // Its lease may outlive a gateway for some seconds: then this is asked again with the chat's next message.
        if (!(await endLeft(parts, row))) elsewhere.add(JSON.stringify([row.channel, row.account, row.chat, row.thread_key]));
      }
    },
    async stop() {
      for (const { abort } of chats.values()) abort?.abort("shutdown");
      await Promise.all([...chats.values()].map(({ tail }) => tail));
    },
  };
}

/** A gateway that is gone has it no more: whoever spoke there is on the record again, and is told. False: it is there. */
async function endLeft({ store, house }: PrivateParts, row: PrivateChatRow): Promise<boolean> {
  if (row.gateway === house.gateway || (await house.isAlive(row.gateway))) return false;
  const { channel, account, chat, thread_key } = row;
  await store.transaction(async (tx) => {
    if ((await tx.run(closePrivateChat, { channel, account, chat, thread_key })) > 0) await house.tellEnded(tx, row);
  }, row.session_key);
  house.wakeOutbox();
  return true;
}

/** Another gateway has it in its memory: here it would be kept, which is not what they were told. */
async function takeElsewhere(parts: PrivateParts, message: InboundMessage, route: Route, command: Command | null): Promise<ReceiveOutcome | null> {
  const { store, ids, house } = parts;
  if (command !== null && !isForAgent(command)) return null;
  const row = await store.get(findPrivateChat, placeOf(message));
  if (row === undefined || row.gateway === house.gateway || (await endLeft(parts, row))) return null;
  const text = say(await house.languageOf(message), "private.elsewhere");
  await send(house, { message, files: 0, route, runId: "", turnId: ids.next(), language: "en" }, text);
  return { kind: "answered", sessionKey: route.sessionKey, text, stopped: [] };
}

interface Question {
  readonly message: InboundMessage;
  /** How many came with it, and were left where they are. */
  readonly files: number;
  readonly route: Route;
  readonly runId: string;
  readonly turnId: string;
  readonly language: Language;
}

function withoutFiles(message: InboundMessage, offered: readonly OfferedMedia[]): InboundMessage {
  if (offered.length === 0) return message;
  const words = isWordless(message.text) ? [] : [message.text];
  return { ...message, text: [...words, ...offered.map(({ kind }) => missingLine(kind, "not taken off the record"))].join("\n") };
}

function entryOf(parts: PrivateParts, { message, route, turnId }: Question, role: "user" | "assistant", text: string, seq: number): Entry {
  const isTheirs = role === "user";
  const from = { senderId: isTheirs ? message.sender.id : route.agentId, senderName: isTheirs ? message.sender.name : null, person: isTheirs ? route.person : null, address: message.address, audience: route.audience };
  return { id: parts.ids.next(), parentId: null, sessionId: "", seq, turnId, role, text, at: parts.clock.now(), from, model: null, usage: null, stopReason: null };
}

async function answer(parts: PrivateParts, chat: Chat, asked: Question, signal: AbortSignal): Promise<void> {
  const { store, house, settings } = parts;
  const { route, turnId, runId, message } = asked;
  const session = await store.get(findSession, { key: route.sessionKey });
  const frame = () => ({ turnId, runIds: [runId], sessionKey: route.sessionKey, sessionId: session?.session_id ?? "", agentId: route.agentId, at: parts.clock.now() });
  const kept = session === undefined ? [] : await parts.recent.read(session.session_id);
  const next = (kept.at(-1)?.seq ?? 0) + 1;
  chat.entries = [...chat.entries, entryOf(parts, asked, "user", message.text, next)].slice(-MOST_ENTRIES);
  const reply = { address: message.address, audience: route.audience, peer: readerOf(message), replyTo: message.messageId };
  house.show({ ...frame(), kind: "started", reply, texts: [message.text], senderName: message.sender.name, draft: null });
  const spends = { items: [{ owner: route.isOwner, person: route.person, message } as InboxItem], sessionKey: route.sessionKey };
  const refused = await overBudget(settings, store, spends, parts.clock.now());
  const result: TurnResult =
    refused !== null
      ? { kind: "failed", text: "", error: refused }
      : await runAgent(parts.models, {
          agent: settings.agents().get(route.agentId),
          modelOverride: session?.model_override ?? null,
          thinking: toChoices(session?.choices ?? null).thinking ?? null,
          entries: [...kept, ...chat.entries.map((entry, index) => ({ ...entry, seq: next + index }))],
          signal,
          onText: (delta, text) => house.show({ ...frame(), kind: "delta", delta, text }),
        });
  const spent = result.kind === "answered" ? { text: result.text, model: result.model, usage: result.usage } : null;
  await store.transaction((tx) => recordUsage(settings, tx, spends, { answer: spent, refused: refused !== null }, parts.clock.now()), route.sessionKey);
  await settle(parts, chat, asked, result, frame());
}

async function settle(parts: PrivateParts, chat: Chat, asked: Question, result: TurnResult, frame: Omit<Extract<TurnEvent, { kind: "failed" }>, "kind" | "text">): Promise<void> {
  const { house } = parts;
  if (result.kind === "answered") {
    chat.entries = [...chat.entries, entryOf(parts, asked, "assistant", result.text, 0)].slice(-MOST_ENTRIES);
    const told = asked.files === 0 ? result.text : `${say(asked.language, "private.files")}\n\n${result.text}`;
    house.show({ ...frame, kind: "committed", held: null, text: told, model: result.model, usage: result.usage });
    return send(house, asked, told);
  }
  if (result.kind === "aborted") {
    house.show({ ...frame, kind: "aborted", text: result.text, reason: result.reason === "timeout" ? "MODEL_TIMEOUT" : "TURN_ABORTED" });
    return result.reason === "timeout" ? send(house, asked, say(asked.language, "turn.timeout")) : undefined;
  }
  const text = failureText(asked.language, result.error);
  house.show({ ...frame, kind: "failed", text });
  return send(house, asked, text);
}

/** Straight to the platform: what is not to be kept cannot wait. */
async function send(house: PrivateHouse, { message, route, turnId }: Question, text: string): Promise<void> {
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
