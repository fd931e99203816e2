import { isOperatorChannel, sameAddress, type Address } from "../domain/address.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Job, JobDelivery } from "../domain/job.ts";
import { directMessage, type InboundMessage } from "../domain/message.ts";
import type { Dock } from "../domain/session.ts";
import type { Executor } from "../store/store.ts";
import type { ParticipantRow, SessionRow } from "../store/tables.ts";
import { toAddress } from "../store/rows.ts";
import { findDirectChat } from "../store/statements/find-direct-chat.ts";
import { findSession } from "../store/statements/find-session.ts";
import { listSessionParticipants } from "../store/statements/list-session-participants.ts";
import { resolveAlias } from "../sessions/repartition/aliases.ts";
import type { Destination, JobSettings } from "./parts.ts";
import { namedSession, targetKey } from "./target.ts";

interface Parts {
  readonly store: Executor;
  readonly settings: JobSettings;
}

type Sent = Pick<Job, "id" | "agentId" | "sessionKey" | "sessionTarget">;

/** Where a session was last reached from outside, and who reads there. */
interface Last {
  readonly address: Address;
  readonly message: InboundMessage;
}

/** How many who spoke in a session are looked through for whoever wrote last. */
const MOST_SPEAKERS = 200;

/** The session whose last route is meant: the one that the job names, else its agent's main one, whatever the scope (spec 5.5). */
async function lastSession({ store, settings }: Parts, job: Sent): Promise<SessionRow | undefined> {
  const named = job.sessionKey === null ? undefined : await store.get(findSession, { key: await resolveAlias(store, job.sessionKey) });
  if (named !== undefined) return named;
  if (job.sessionTarget !== "main" && job.sessionTarget !== "isolated") {
    const { session } = await namedSession(store, job, settings.keys());
    if (session !== undefined) return session;
  }
  return store.get(findSession, { key: targetKey({ ...job, sessionTarget: "main" }, settings.keys(), "").sessionKey });
}

function said(address: Address, kind: string, senderId: string): InboundMessage {
  const message = directMessage({ channel: address.channel, account: address.account, senderId }, { address });
  return kind === "dm" ? message : { ...message, chatKind: kind === "channel" ? "channel" : "group" };
}

function isThere({ channel, account, chat }: ParticipantRow, address: Address): boolean {
  return channel === address.channel && account === address.account && chat === address.chat;
}

async function lastOf(parts: Parts, job: Sent): Promise<Last | null> {
  const row = await lastSession(parts, job);
  if (row === undefined) return null;
  const dock = row.dock === null ? null : (JSON.parse(row.dock) as Dock);
  if (dock !== null && parts.settings.hasAccount(dock.address.channel, dock.address.account)) return { address: dock.address, message: said(dock.address, "dm", dock.peer) };
  if (row.last_route === null) return null;
  const address = JSON.parse(row.last_route) as Address;
  if (isOperatorChannel(address.channel)) return null;
  const speakers = await parts.store.all(listSessionParticipants, { session_key: row.key, limit: MOST_SPEAKERS });
  const there = speakers.find((speaker) => isThere(speaker, address));
  // A thread's messages are its room's, and where nobody is known to have spoken, a private chat has its peer's id.
  const kind = there?.chat_kind ?? row.chat_kind;
  return { address, message: said(address, kind, kind === "dm" ? (there?.sender_id ?? address.chat) : "") };
}

const TOPIC = /^(?<chat>.+):topic:(?<thread>[^:]+)$/;

/** As people write it, and OpenClaw's files do: with the channel before it, with a topic behind it. */
function placeOf(channel: string, to: string): { readonly chat: string; readonly thread: string | null } {
  const bare = to.startsWith(`${channel}:`) ? to.slice(channel.length + 1) : to;
  const topic = TOPIC.exec(bare)?.groups;
  return topic === undefined ? { chat: bare, thread: null } : { chat: topic["chat"] ?? bare, thread: topic["thread"] ?? null };
}

/** Telegram's rooms have negative ids; others are known by having a session. */
const ROOM_ID = /^-\d+$/;

/** Who reads at an address that somebody wrote down. Where that is nobody known, it is nobody who may read other people's words. */
async function readersAt({ store, settings }: Parts, address: Address): Promise<{ readonly address: Address; readonly message: InboundMessage }> {
  const { channel, account, chat } = address;
  const direct = await store.get(findDirectChat, { channel, account, sender_id: chat });
  if (direct !== undefined) return { address: { ...toAddress(direct), thread: address.thread ?? direct.thread }, message: said(toAddress(direct), "dm", direct.sender_id) };
  const room = said(address, "group", "");
  const hasSession = (await store.get(findSession, { key: settings.route(room).sessionKey })) !== undefined;
  return hasSession || ROOM_ID.test(chat) ? { address, message: room } : { address, message: said(address, "dm", chat) };
}

function missing(what: string): ContinuoError {
  return new ContinuoError("JOB_TARGET_MISSING", what);
}

async function explicit(parts: Parts, delivery: JobDelivery, channel: string, last: Last | null) {
  if (isOperatorChannel(channel)) throw missing(`Nothing can be sent to ${channel}: it shows sessions. Let the job run in the main session instead.`);
  const onIt = last?.address.channel === channel ? last : null;
  const account = delivery.accountId ?? onIt?.address.account ?? parts.settings.defaultAccount(channel);
  if (!parts.settings.hasAccount(channel, account)) throw new ContinuoError("CHANNEL_UNKNOWN", `There is no account "${account}" of the channel ${channel}.`);
  if (delivery.to === undefined) {
    if (onIt === null) throw missing(`delivery.to is required: nobody was last reached on ${channel}.`);
    return { address: { ...onIt.address, thread: delivery.threadId ?? onIt.address.thread }, message: onIt.message };
  }
  const { chat, thread } = placeOf(channel, delivery.to);
  const address = { channel, account, chat, thread: delivery.threadId ?? thread };
  const isLast = onIt !== null && sameAddress({ ...onIt.address, thread: null }, { ...address, thread: null });
  // A thread goes along to the chat that it is of, and to no other.
  return isLast ? { address: { ...address, thread: address.thread ?? onIt.address.thread }, message: onIt.message } : readersAt(parts, address);
}

/**
 * Where the words of a job go now (spec 5.5), and who reads there. Throws JOB_TARGET_MISSING where that is nowhere,
 * CHANNEL_UNKNOWN.
 */
export async function destinationOf(parts: Parts, job: Sent, delivery: JobDelivery): Promise<Destination> {
  const last = await lastOf(parts, job);
  const channel = delivery.channel ?? "last";
  if (channel === "last" && last === null) throw missing("Channel is required when delivery.channel=last has no previous channel.");
  const found = channel === "last" && last !== null ? await explicit(parts, { ...delivery, accountId: delivery.accountId ?? last.address.account }, last.address.channel, last) : await explicit(parts, delivery, channel, last);
  const message = { ...found.message, address: found.address };
  const { sessionKey } = parts.settings.route(message);
  const key = await resolveAlias(parts.store, sessionKey);
  const hasSession = (await parts.store.get(findSession, { key })) !== undefined;
  const peer = message.chatKind === "dm" ? message.sender.id : "";
  return { address: found.address, reply: { address: found.address, audience: parts.settings.audience(message), peer, replyTo: null }, sessionKey: hasSession ? key : null };
}
