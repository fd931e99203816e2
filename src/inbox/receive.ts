/**
 * platform event -> admitted -> route -> accepted (durable) -> acknowledged
 *
 * 1. Nothing is acknowledged before it is committed; a refusal is committed too, without its text.
 * 2. One platform message id makes one item, however often it is delivered.
 * 3. Whoever is not admitted reaches neither a session nor a model.
 * 4. `/stop` acts at once; every other command waits its turn in the session's order.
 */
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { InboundMessage, ReceiveOutcome } from "../domain/message.ts";
import type { Probe } from "../domain/probe.ts";
import type { Admitted, Dropped, ReplyRoute, Route } from "../domain/route.ts";
import type { Executor, Store } from "../store/store.ts";
import { peerAudience, roomAudience } from "../routing/keys.ts";
import { markDropNotified } from "../store/statements/mark-drop-notified.ts";
import { upsertDrop } from "../store/statements/upsert-drop.ts";
import { accept, type NewItem } from "./accept.ts";
import { parseCommand } from "./command.ts";

/** A text that goes out without a turn: a stranger's notice, the answer to `/stop`. */
export type SayNow = (tx: Executor, sessionKey: string, reply: ReplyRoute, text: string) => Promise<void>;

/**
 * A session that was idle when its message came. Its turn is claimed in the transaction that accepts the message,
 * which saves one wait for the disk; while it is held, later messages queue as behind a running turn.
 */
export interface Reservation {
  claim(tx: Executor): Promise<void>;
  /** After the transaction: starts what was claimed, or looks for what there is when nothing was committed. */
  settle(committed: boolean): void;
}

export interface ReceiveParts {
  readonly store: Store;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly probe: Probe;
  admit(message: InboundMessage): Admitted | Dropped;
  route(message: InboundMessage): Route;
  readonly sayNow: SayNow;
  reserve(sessionKey: string): Reservation | null;
  /** Aborts what runs in a session; returns the runs that it hit. */
  stop(sessionKey: string): readonly string[];
  /** A session has something to do, or the outbox has. */
  wake(sessionKey: string | null): void;
}

export type Receive = (message: InboundMessage) => Promise<ReceiveOutcome>;

const NO_SESSION = "unknown";

export function createReceive(parts: ReceiveParts): Receive {
  return async (message) => {
    const admission = parts.admit(message);
    if (admission.kind === "dropped") return refuse(parts, admission);
    const route = parts.route(message);
    const command = parseCommand(admission);
    if (command?.name === "stop") return stopNow(parts, admission, route);
    const item = { message, route, commands: admission.commands, state: "queued" } as const;
    return acceptAndStart(parts, item);
  };
}

async function acceptAndStart(parts: ReceiveParts, item: NewItem): Promise<ReceiveOutcome> {
  const { sessionKey } = item.route;
  const reserved = parts.reserve(sessionKey);
  let committed = false;
  try {
    const outcome = await parts.store.transaction(async (tx) => {
      const accepted = await accept(tx, item, parts.ids, parts.clock);
      if (accepted.kind === "accepted") await reserved?.claim(tx);
      return accepted;
    });
    committed = true;
    parts.probe("accepted");
    if (outcome.kind === "accepted" && reserved === null) parts.wake(sessionKey);
    return outcome;
  } finally {
    reserved?.settle(committed);
  }
}

async function refuse(parts: ReceiveParts, dropped: Dropped): Promise<ReceiveOutcome> {
  const { message, reason, notice } = dropped;
  const { channel, account, chat } = message.address;
  const key = { channel, account, chat, sender_id: message.sender.id, reason };
  const told = await parts.store.transaction(async (tx) => {
    await tx.run(upsertDrop, { ...key, sender_name: message.sender.name, at: parts.clock.now() });
    if (notice === null || (await tx.run(markDropNotified, key)) === 0) return false;
    const audience = message.chatKind === "dm" ? peerAudience(channel, account, message.sender.id) : roomAudience(channel, account, chat, message.address.thread);
    await parts.sayNow(tx, NO_SESSION, { address: message.address, audience, replyTo: message.messageId }, notice);
    return true;
  });
  if (told) parts.wake(null);
  return { kind: "dropped", reason };
}

async function stopNow(parts: ReceiveParts, admission: Admitted, route: Route): Promise<ReceiveOutcome> {
  const { message } = admission;
  const item = { message, route, commands: true, state: "done" } as const;
  const reply: ReplyRoute = { address: message.address, audience: route.audience, replyTo: message.messageId };
  const { outcome, answer } = await parts.store.transaction(async (tx) => {
    const outcome = await accept(tx, item, parts.ids, parts.clock);
    if (outcome.kind === "duplicate") return { outcome, answer: null };
    const stopped = parts.stop(route.sessionKey);
    const text = stopped.length > 0 ? "⚙️ Agent was aborted." : "⚙️ Nothing is running.";
    await parts.sayNow(tx, route.sessionKey, reply, text);
    return { outcome, answer: { text, stopped } };
  });
  if (answer === null) return outcome;
  parts.wake(null);
  return { kind: "answered", sessionKey: route.sessionKey, ...answer };
}
