import type { Command } from "../domain/command.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { ItemState } from "../domain/journey.ts";
import type { InboundMessage, ReceiveOutcome } from "../domain/message.ts";
import type { Route } from "../domain/route.ts";
import type { Origin } from "../domain/turn.ts";
import { isOperatorChannel } from "../domain/address.ts";
import type { StoredMessage } from "../store/rows.ts";
import type { Executor } from "../store/store.ts";
import { findRunItem } from "../store/statements/find-run-item.ts";
import { findInboxItem } from "../store/statements/find-inbox-item.ts";
import { insertInboxItem } from "../store/statements/insert-inbox-item.ts";

export interface NewItem {
  readonly message: InboundMessage;
  readonly route: Route;
  readonly command: Command | null;
  /** `done` for what was answered on the spot (`/stop`) and needs no turn. */
  readonly state: Extract<ItemState, "queued" | "done">;
  /** Default `person`. */
  readonly origin?: Origin;
  /** How long its turn may take; default the agent's own. */
  readonly timeoutMs?: number | undefined;
}

export type Accepted = Extract<ReceiveOutcome, { kind: "accepted" | "duplicate" }>;

/** Clients name their run by the idempotency key (spec 11.3: runId = idempotencyKey). */
function runIdOf(message: InboundMessage, ids: Ids): string {
  return isOperatorChannel(message.address.channel) && message.messageId !== null ? message.messageId : ids.uuid();
}

/**
 * The only way to start a turn: one write, with the platform's message id as the idempotency key.
 * It is durable once the surrounding transaction has resolved; only then may anybody acknowledge (law 1).
 */
export async function accept(tx: Executor, item: NewItem, ids: Ids, clock: Clock): Promise<Accepted> {
  const { message, route } = item;
  const stored: StoredMessage = { message, command: item.command, shared: route.shared, pinned: route.pinned, owner: route.isOwner, ...(item.origin === undefined ? {} : { origin: item.origin }), ...(item.timeoutMs === undefined ? {} : { timeoutMs: item.timeoutMs }) };
  const id = ids.next();
  const runId = runIdOf(message, ids);
  const inserted = await tx.run(insertInboxItem, {
    id,
    run_id: runId,
    agent_id: route.agentId,
    session_key: route.sessionKey,
    state: item.state,
    message_id: message.messageId,
    accepted_at: clock.now(),
    channel: message.address.channel,
    account: message.address.account,
    chat: message.address.chat,
    thread: message.address.thread,
    sender_id: message.sender.id,
    sender_name: message.sender.name,
    person: route.person,
    audience: route.audience,
    message: JSON.stringify(stored),
    why: JSON.stringify(route.why),
  });
  if (inserted > 0) return { kind: "accepted", itemId: id, runId, sessionKey: route.sessionKey };
  return duplicateOf(tx, message, runId);
}

async function duplicateOf(tx: Executor, message: InboundMessage, runId: string): Promise<Accepted> {
  const { channel, account, chat } = message.address;
  const said = await tx.get(findInboxItem, { channel, account, chat, message_id: message.messageId ?? "" });
  const first = said ?? (await tx.get(findRunItem, { run_id: runId }));
  if (!first) throw new Error("an inbox item was refused as a duplicate of one that is not there");
  return { kind: "duplicate", itemId: first.id, runId: first.run_id, sessionKey: first.session_key };
}
