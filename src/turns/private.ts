/**
 * message in a chat that is off the record -> the model -> the chat; nothing of it is stored
 *
 * 1. Neither the inbox, the transcript, the outbox, the files, other gateways nor the log hold a word of it. What comes with
 *    it is not fetched, since it would have to be kept: whoever sent it is told, and so is the model.
 * 2. It ends with `/private off`, or with the process; then whoever spoke is told before anything of theirs is kept again.
 * 3. The model is shown what it would be shown otherwise, and what was said off the record; where an answer would have to wait
 *    for the owner's word (law 5), it is shown what was said off the record alone.
 * 4. What is used counts for the day like anything else.
 */
import { isForAgent, type Command } from "../domain/command.ts";
import { toContinuoError } from "../domain/errors.ts";
import { isWordless, missingLine } from "../domain/media.ts";
import { readerOf, type InboundMessage, type OfferedMedia, type ReceiveOutcome } from "../domain/message.ts";
import type { Route } from "../domain/route.ts";
import type { InboxItem } from "../domain/turn.ts";
import { closePrivateChat } from "../store/statements/close-private-chat.ts";
import { findPrivateChat } from "../store/statements/find-private-chat.ts";
import { listPrivateChats } from "../store/statements/list-private-chats.ts";
import { openPrivateChat } from "../store/statements/open-private-chat.ts";
import type { PrivateChatRow } from "../store/tables.ts";
import { say } from "../texts/index.ts";
import { answerPrivately, send, type PrivateChat, type PrivateParts, type Question } from "./answer-privately.ts";

export interface PrivateChats {
  /** Null: the message is on the record, and goes its usual way. */
  take(message: InboundMessage, route: Route, command: Command | null, offered: readonly OfferedMedia[]): Promise<ReceiveOutcome | null>;
  begin(item: InboxItem): Promise<"begun" | "already" | "too-many">;
  /** Forgets it. False: the chat was not off the record. */
  end(message: InboundMessage): Promise<boolean>;
  isOn(message: InboundMessage): boolean;
  /** Looks for what gateways that are gone have left, and tells those who spoke; once, before anything is taken in. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const MOST_CHATS = 1_000;

function placeOf({ address }: InboundMessage) {
  const { channel, account, chat, thread } = address;
  return { channel, account, chat, thread_key: thread ?? "" };
}

const nameOf = (message: InboundMessage): string => JSON.stringify(Object.values(placeOf(message)));

export function createPrivateChats(parts: PrivateParts): PrivateChats {
  const { store, clock, ids, settings, house } = parts;
  const chats = new Map<string, PrivateChat>();
  /** Chats that were off the record with another gateway when this one began. */
  const elsewhere = new Set<string>();

  const run = async (chat: PrivateChat, asked: Question): Promise<void> => {
    const abort = new AbortController();
    chat.abort = abort;
    const timeout = setTimeout(() => abort.abort("timeout"), settings.agents().get(asked.route.agentId).timeoutMs);
    try {
      await answerPrivately(parts, chat, asked, abort.signal);
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
      const question: Question = { message: withoutFiles(message, offered), files: offered.length, route, runId: message.messageId ?? ids.uuid(), turnId: ids.next() };
      chat.tail = chat.tail.then(() => run(chat, question));
      return { kind: "accepted", itemId: question.turnId, runId: question.runId, sessionKey: route.sessionKey };
    },
    async begin({ message, sessionKey, audience }) {
      const name = nameOf(message);
      if (chats.has(name)) return "already";
      if (chats.size >= MOST_CHATS) return "too-many";
      // Committed first: whoever speaks off the record is told when a restart ends that.
      await store.run(openPrivateChat, { ...placeOf(message), session_key: sessionKey, audience, peer: readerOf(message), gateway: house.gateway, since: clock.now() });
      chats.set(name, { entries: [], tail: Promise.resolve(), abort: null });
      return "begun";
    },
    async end(message) {
      const chat = chats.get(nameOf(message));
      const closed = await store.run(closePrivateChat, placeOf(message));
      chats.delete(nameOf(message));
      chat?.abort?.abort("stop");
      return closed > 0 || chat !== undefined;
    },
    async start() {
      for (const row of await store.all(listPrivateChats, { limit: MOST_CHATS })) {
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
  await send(house, { message, route, turnId: ids.next() }, text);
  return { kind: "answered", sessionKey: route.sessionKey, text, stopped: [] };
}

function withoutFiles(message: InboundMessage, offered: readonly OfferedMedia[]): InboundMessage {
  if (offered.length === 0) return message;
  const words = isWordless(message.text) ? [] : [message.text];
  return { ...message, text: [...words, ...offered.map(({ kind }) => missingLine(kind, "not taken off the record"))].join("\n") };
}
