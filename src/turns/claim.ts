import { isOperatorChannel, sameAddress, type Address } from "../domain/address.ts";
import { ContinuoError } from "../domain/errors.ts";
import { readerOf } from "../domain/message.ts";
import type { Language } from "../domain/language.ts";
import type { ReplyRoute } from "../domain/route.ts";
import type { BeganReason, Dock, SessionChoices } from "../domain/session.ts";
import { queuePolicy, type QueuePolicy } from "../domain/queue.ts";
import type { InboxItem, Turn } from "../domain/turn.ts";
import type { Command } from "../domain/command.ts";
import { DEFAULT_WORD } from "../agent/model-names.ts";
import { chooseModel } from "../sessions/choices.ts";
import { readBatch, takeBatch } from "../inbox/batch.ts";
import { resetPlace } from "../routing/keys.ts";
import { languageOf } from "../sessions/language.ts";
import { openSession } from "../sessions/lifecycle.ts";
import { readQueue, readQueueChoice } from "../sessions/queue.ts";
import type { Reader } from "../sessions/reads.ts";
import { catchUpOf, readerOfTurn, type CatchUp } from "./catch-up.ts";
import { overBudget } from "./budget.ts";
import { isForAgent, startsAnew } from "./commands/index.ts";
import { dockedRoute } from "./docked.ts";
import { inheritParent } from "./inherit.ts";
import { appendQuestions, type QuestionParts } from "./questions.ts";
import type { Executor, Store } from "../store/store.ts";
import type { ConversationRow, SessionRow, TurnRow } from "../store/tables.ts";
import { toAddress, toChoices } from "../store/rows.ts";
import { findConversation } from "../store/statements/find-conversation.ts";
import { findRunningTurn } from "../store/statements/find-running-turn.ts";
import { findSession } from "../store/statements/find-session.ts";
import { insertTurn } from "../store/statements/insert-turn.ts";
import { takeOverTurn } from "../store/statements/take-over-turn.ts";

export interface ClaimParts extends QuestionParts {
  /** Whether whoever changes the device is told what was said meanwhile, where the session does not say. */
  catchUp(): boolean;
  readonly store: Store;
  readonly tenure: Tenure;
}

/** Whose the turns are that this process runs. */
export interface Tenure {
  /** Names this process's worker in the leases. */
  readonly holder: string;
  readonly leaseMs: number;
  /** Until when another gateway keeps turns from beginning; null while none does. */
  heldUntil(tx: Executor, now: number): Promise<number | null>;
  /** Another gateway runs this session: it is to look for more when its turn ends. */
  onBusy(sessionKey: string): void;
}

export interface ClaimedTurn {
  readonly turn: Turn;
  readonly command: Command | null;
  /** Messages that this turn wrote down and does not answer. */
  readonly dropped: readonly InboxItem[];
  /** How its session queues what comes meanwhile. */
  readonly queue: QueuePolicy;
  /** A limit is reached: no model is asked. */
  readonly refused: ContinuoError | null;
  readonly modelOverride: string | null;
  /** What its session's people chose for it (spec A14). */
  readonly choices: SessionChoices;
  /** It is not answered at all (spec 5.6). */
  readonly silenced: boolean;
  /** What whoever asked is answered in by the gateway itself. */
  readonly language: Language;
  /** This turn's message found the session stale: a new session id began with it. */
  readonly rolled: BeganReason | null;
  /** What was said elsewhere since its sender was here, where they are told. */
  readonly catchUp: CatchUp | null;
  /** Who has read all of it once they are answered; null where that is not noted. */
  readonly reader: Reader | null;
  /** More may be waiting behind this batch. */
  readonly more: boolean;
}

export type Claim =
  | { readonly kind: "claimed"; readonly claimed: ClaimedTurn }
  | { readonly kind: "busy"; readonly until: number }
  | { readonly kind: "empty" };

/** The reply goes where the newest message of the batch came from; all of them came from there. */
function replyRouteOf(items: readonly InboxItem[]): ReplyRoute | null {
  const last = items.at(-1);
  return last ? { address: last.message.address, audience: last.audience, peer: readerOf(last.message), replyTo: last.message.messageId } : null;
}

/**
 * Takes the session's next turn, inside one transaction: the oldest waiting batch, or a turn whose holder is
 * gone. What people said is in the transcript before any model is asked (P8).
 */
export async function claimTurn(parts: ClaimParts, tx: Executor, sessionKey: string, now: number): Promise<Claim> {
  const running = await tx.get(findRunningTurn, { session_key: sessionKey });
  // A turn under our own name that we are not running is one that we could not finish: it is ours to take.
  const held = running !== undefined && running.lease_until > now && running.holder !== parts.tenure.holder;
  if (held) return { kind: "busy", until: running.lease_until };
  const until = await parts.tenure.heldUntil(tx, now);
  if (until !== null) return { kind: "busy", until };
  if (running) return takeOver(parts, tx, running, now);
  return begin(parts, tx, sessionKey, now);
}

async function begin(parts: ClaimParts, tx: Executor, sessionKey: string, now: number): Promise<Claim> {
  const id = parts.ids.next();
  const choice = await readQueueChoice(tx, sessionKey);
  const policyOf = ({ message }: InboxItem): QueuePolicy => queuePolicy(parts.settings.queue(message.address.channel), choice);
  const { items, dropped, more } = await takeBatch(tx, sessionKey, id, policyOf);
  const heard = items.length > 0 ? items : dropped;
  const asked = replyRouteOf(heard);
  const [first] = heard;
  if (!first || !asked) return { kind: "empty" };
  const command = items[0]?.command ?? null;
  const { type, channel } = resetPlace(first.message, sessionKey);
  // Who undoes a step, or asks how things stand, means the conversation as it is.
  const isCommand = command !== null && !isForAgent(command);
  const policy = isCommand ? null : parts.settings.resetPolicy(type, channel);
  const opened = await openSession(tx, first, { policy, anew: startsAnew(command) ? command.name : null }, parts.ids, now);
  const session = command === null ? await inheritParent(parts, tx, first, opened, now) : opened;
  // What a command answers is said where it was given, also to whoever has docked elsewhere.
  const reply = isCommand ? asked : await dockedRoute(parts.settings, tx, session, first, asked);
  const turn: Turn = {
    id,
    runId: first.runId,
    sessionKey,
    sessionId: session.sessionId,
    agentId: first.agentId,
    attempt: 1,
    fence: 1,
    startedAt: now,
    items,
    reply,
    draft: null,
  };
  await tx.run(insertTurn, turnParams(parts, turn, now));
  const model = await modelFor(parts, tx, turn, command, session.modelOverride);
  const reader = isCommand ? null : readerOfTurn(first, session.choices, parts.catchUp());
  const catchUp = await catchUpOf(tx, reader, session.sessionId);
  const language = await appendQuestions(parts, tx, turn, session, { command, dropped });
  const rolled = session.rolled?.reason ?? null;
  return { kind: "claimed", claimed: { turn, command, dropped, queue: policyOf(first), refused: await refusal(parts, tx, turn, command, now), modelOverride: model, choices: session.choices, silenced: isSilenced(parts, first, session.choices), language, rolled, catchUp, reader, more } };
}

/** `/new` with a model chooses it for its session, before anything is asked there (spec 4.5). */
async function modelFor(parts: ClaimParts, tx: Executor, { sessionKey, agentId }: Turn, command: Command | null, chosen: string | null): Promise<string | null> {
  if (!startsAnew(command) || command.model === undefined) return chosen;
  const own = parts.settings.agents().get(agentId).models[0];
  const model = command.model === DEFAULT_WORD || command.model === own ? null : command.model;
  await chooseModel(tx, sessionKey, model);
  return model;
}

function isSilenced({ settings }: ClaimParts, { sessionKey, message, origin }: InboxItem, choices: SessionChoices): boolean {
  // What the house begins by itself is sent by the house, which asks then.
  if (origin === "system" && isOperatorChannel(message.address.channel)) return false;
  return !settings.mayAnswer({ key: sessionKey, channel: message.address.channel, chatKind: message.chatKind }, choices);
}

/** A command takes nothing of anybody's day. */
function refusal(parts: ClaimParts, tx: Executor, turn: Turn, command: Command | null, now: number): Promise<ContinuoError | null> {
  return command === null || isForAgent(command) ? overBudget(parts.settings, tx, turn, now) : Promise.resolve(null);
}

function turnParams(parts: ClaimParts, turn: Turn, now: number) {
  const { address, audience, replyTo } = turn.reply;
  return {
    id: turn.id,
    run_id: turn.runId,
    session_key: turn.sessionKey,
    session_id: turn.sessionId,
    agent_id: turn.agentId,
    attempt: turn.attempt,
    holder: parts.tenure.holder,
    fence: turn.fence,
    lease_until: now + parts.tenure.leaseMs,
    started_at: turn.startedAt,
    channel: address.channel,
    account: address.account,
    chat: address.chat,
    thread: address.thread,
    audience,
    reply_to: replyTo,
  };
}

function rolledBy({ began_reason: reason }: ConversationRow): BeganReason | null {
  return reason === "first-message" ? null : (reason as BeganReason);
}

/** Who reads a turn's reply: whoever wrote there, or whoever has docked there. */
function readerAt(address: Address, items: readonly InboxItem[], session: SessionRow | undefined): string {
  const here = items.findLast(({ message }) => sameAddress(message.address, address));
  if (here) return readerOf(here.message);
  return !session?.dock ? "" : (JSON.parse(session.dock) as Dock).peer;
}

async function takeOver(parts: ClaimParts, tx: Executor, row: TurnRow, now: number): Promise<Claim> {
  const fence = row.fence + 1;
  const attempt = row.attempt + 1;
  const lease = { holder: parts.tenure.holder, lease_until: now + parts.tenure.leaseMs };
  await tx.run(takeOverTurn, { id: row.id, fence: row.fence, next_fence: fence, attempt, ...lease });
  const items = await readBatch(tx, row.id);
  const conversation = await tx.get(findConversation, { session_id: row.session_id });
  if (conversation === undefined) {
    throw new ContinuoError("STORE_CORRUPT", `The conversation of the turn ${row.id} is missing.`, { fields: { turnId: row.id, sessionKey: row.session_key, sessionId: row.session_id } });
  }
  const session = await tx.get(findSession, { key: row.session_key });
  const choices = toChoices(session?.choices ?? null);
  const turn: Turn = {
    id: row.id,
    runId: row.run_id,
    sessionKey: row.session_key,
    sessionId: row.session_id,
    agentId: row.agent_id,
    attempt,
    fence,
    startedAt: row.started_at,
    items,
    reply: { address: toAddress(row), audience: row.audience, peer: readerAt(toAddress(row), items, session), replyTo: row.reply_to },
    draft: row.draft,
  };
  const claimed: ClaimedTurn = {
    turn,
    command: items[0]?.command ?? null,
    dropped: [],
    refused: await refusal(parts, tx, turn, items[0]?.command ?? null, now),
    queue: await readQueue(tx, row.session_key, parts.settings.queue(row.channel)),
    modelOverride: session?.model_override ?? null,
    choices,
    // It was told by whoever began, or is not worth telling after a crash.
    catchUp: null,
    reader: items[0] === undefined ? null : readerOfTurn(items[0], choices, parts.catchUp()),
    silenced: items[0] !== undefined && isSilenced(parts, items[0], choices),
    language: items[0] ? await languageOf(tx, items[0].message) : "en",
    // Whoever began the turn may have died before its sender was told of the new session id (law 6).
    rolled: conversation.began_at === row.started_at ? rolledBy(conversation) : null,
    more: true,
  };
  return { kind: "claimed", claimed };
}
