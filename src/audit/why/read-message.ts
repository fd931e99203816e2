import { isOperatorChannel, type Address } from "../../domain/address.ts";
import { directMessage, type InboundMessage } from "../../domain/message.ts";
import type { RouteWhy } from "../../domain/route.ts";
import type { BeganReason, Dock } from "../../domain/session.ts";
import { resetPlace } from "../../routing/keys.ts";
import { agesOf } from "../../sessions/lifecycle.ts";
import type { ResetPolicy } from "../../sessions/reset.ts";
import { parseStored, toAddress } from "../../store/rows.ts";
import { findConversation } from "../../store/statements/find-conversation.ts";
import { findInboxById } from "../../store/statements/find-inbox-by-id.ts";
import { findInboxByNumber } from "../../store/statements/find-inbox-by-number.ts";
import { findNewestItem } from "../../store/statements/find-newest-item.ts";
import { findInboxByMessage } from "../../store/statements/find-inbox-by-message.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { findTurn } from "../../store/statements/find-turn.ts";
import { listDrops } from "../../store/statements/list-drops.ts";
import { listTurnDeliveries } from "../../store/statements/list-turn-deliveries.ts";
import type { Executor } from "../../store/store.ts";
import type { InboxRow, SessionRow, TurnRow } from "../../store/tables.ts";
import type { ExplainedMessage, MessageFacts } from "./explain-message.ts";
import type { ReplyFacts } from "./reply.ts";
import type { ResetFacts } from "./reset.ts";
import type { ExplainSettings } from "./settings.ts";

const MOST_CANDIDATES = 20;
const MOST_DELIVERIES = 50;
const MOST_REFUSED = 20;
const SHOWN_TEXT = 200;

export type Found =
  | { readonly kind: "none" }
  | { readonly kind: "many"; readonly candidates: readonly ExplainedMessage[] }
  | { readonly kind: "one"; readonly row: InboxRow };

/** One that cannot be read back any more is explained by its columns, without its words. */
function messageOf(row: InboxRow): InboundMessage {
  const { channel, account, sender_id: senderId, message_id: messageId } = row;
  return parseStored(row)?.message ?? { ...directMessage({ channel, account, senderId }, { messageId, address: toAddress(row) }), chatKind: row.audience.startsWith("chat:") ? "group" : "dm" };
}

function shown(row: InboxRow): ExplainedMessage {
  return {
    id: row.id,
    runId: row.run_id,
    messageId: row.message_id,
    ...toAddress(row),
    senderId: row.sender_id,
    senderName: row.sender_name,
    text: Array.from(messageOf(row).text).slice(0, SHOWN_TEXT).join(""),
    state: row.state,
    acceptedAt: row.accepted_at,
  };
}

const LATELY = 10_000;

/** By the platform's id of a message, a run's id or an inbox item's: the first two may name several. */
export async function findMessage(store: Executor, name: string): Promise<Found> {
  const rows = await store.all(findInboxByMessage, { name, limit: MOST_CANDIDATES });
  const [only] = rows;
  if (only !== undefined && rows.length === 1) return { kind: "one", row: only };
  if (only !== undefined) return { kind: "many", candidates: rows.map(shown) };
  const row = await store.get(findInboxById, { id: name });
  if (row !== undefined) return { kind: "one", row };
  // What people see of an id is its end (Telegram's number): looked for among what was said lately.
  const newest = (await store.get(findNewestItem, {}))?.seq ?? 0;
  const alike = await store.all(findInboxByNumber, { ending: `:${name}`, after: newest - LATELY, limit: MOST_CANDIDATES });
  const [found] = alike;
  if (found === undefined) return { kind: "none" };
  return alike.length === 1 ? { kind: "one", row: found } : { kind: "many", candidates: alike.map(shown) };
}

function policyOf(settings: ExplainSettings, message: InboundMessage, sessionKey: string): ResetPolicy {
  const { type, channel } = resetPlace(message, sessionKey);
  return settings.resetPolicy(type, channel);
}

async function resetOf(store: Executor, policy: ResetPolicy, turn: TurnRow | undefined, waiting: boolean): Promise<ResetFacts> {
  if (turn === undefined) return { kind: "undecided", policy, waiting };
  const conversation = await store.get(findConversation, { session_id: turn.session_id });
  const began = conversation !== undefined && conversation.began_at === turn.started_at ? (conversation.began_reason as BeganReason) : null;
  return { kind: "decided", policy, began, startedAt: conversation?.began_at ?? turn.started_at };
}

async function replyOf(store: Executor, from: Address, turn: TurnRow | undefined, waiting: boolean): Promise<ReplyFacts> {
  if (turn === undefined) return { kind: "none", waiting };
  const deliveries = await store.all(listTurnDeliveries, { turn_id: turn.id, limit: MOST_DELIVERIES });
  const last = deliveries.at(-1);
  return { kind: "turn", from, to: toAddress(last ?? turn), audience: last?.audience ?? turn.audience, turn, deliveries };
}

/** The facts of a message that was let in, from the store; only the policy in force is asked of the settings. */
export async function readStored(store: Executor, settings: ExplainSettings, row: InboxRow): Promise<MessageFacts> {
  const message = messageOf(row);
  const turn = row.turn_id === null ? undefined : await store.get(findTurn, { id: row.turn_id });
  const waiting = row.state === "queued";
  const admission = settings.admit(message);
  return {
    kind: "stored",
    message,
    stored: shown(row),
    // The inbox keeps no reason: the settings of now are asked, and the answer says so.
    admission: { admitted: admission.kind === "admitted", reason: admission.reason, asOf: "now" },
    route: { why: JSON.parse(row.why) as RouteWhy, sessionKey: row.session_key, audience: row.audience },
    reset: await resetOf(store, policyOf(settings, message, row.session_key), turn, waiting),
    reply: await replyOf(store, message.address, turn, waiting),
    refused: [],
  };
}

/** Where a session's replies to this person go: a dock is its own person's alone (A10), as long as its channel is there. */
function destination(session: SessionRow | undefined, message: InboundMessage, audience: string): Address {
  const dock = session === undefined || session.dock === null ? null : (JSON.parse(session.dock) as Dock);
  const applies = dock !== null && message.chatKind === "dm" && dock.audience === audience && !isOperatorChannel(dock.address.channel);
  return applies ? dock.address : message.address;
}

/** The facts of a message that nobody wrote: what would happen now, and what of this sender was refused before. */
export async function readHypothetical(store: Executor, settings: ExplainSettings, message: InboundMessage, now: number): Promise<MessageFacts> {
  const admission = settings.admit(message);
  const route = settings.route(message);
  const session = await store.get(findSession, { key: route.sessionKey });
  const conversation = session === undefined ? undefined : await store.get(findConversation, { session_id: session.session_id });
  const { channel, account, chat } = message.address;
  const drops = await store.all(listDrops, { channel, account, chat: message.chatKind === "dm" ? "" : chat, sender_id: message.sender.id, limit: MOST_REFUSED });
  const times = session === undefined || conversation === undefined ? null : { ...agesOf(session, conversation), messages: conversation.entry_seq };
  return {
    kind: "hypothetical",
    message,
    stored: null,
    admission: { admitted: admission.kind === "admitted", reason: admission.reason, asOf: "now" },
    route: { why: route.why, sessionKey: route.sessionKey, audience: route.audience },
    reset: { kind: "asked", policy: policyOf(settings, message, route.sessionKey), session: times, now },
    reply: { kind: "asked", from: message.address, to: destination(session, message, route.audience), audience: route.audience },
    refused: drops.map((row) => ({ reason: row.reason, account: row.account, chat: row.chat, count: row.count, firstAt: row.first_at, lastAt: row.last_at })),
  };
}
