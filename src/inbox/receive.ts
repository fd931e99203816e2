/**
 * platform event -> identified -> admitted -> route -> accepted (durable) -> acknowledged
 *
 * 1. Nothing is acknowledged before it is committed; a refusal is committed too, without its text.
 * 2. One platform message id makes one item, however often it is delivered.
 * 3. Whoever is not admitted reaches neither a session nor a model.
 * 4. `/stop` acts at once; every other command waits its turn in the session's order.
 * 5. What waits behind a running turn is bounded; what goes over the bound is kept, and its sender told.
 * 6. What is said in one place is accepted in the order in which it came in.
 * 7. What is said off the record is told to nobody here: neither kept nor counted (turns/private.ts).
 * 8. What comes with a message is fetched after its sender was let in, and kept before the message is; what cannot be
 *    leaves a note in its place. What comes with a command that the house answers is nobody's to read: it is not fetched.
 * 9. An item is put where its sender belongs at the moment of its commit, whatever changes meanwhile.
 */
import { isForAgent, type Command, type CommandRight } from "../domain/command.ts";
import { isContinuoError } from "../domain/errors.ts";
import type { InboundMessage, OfferedMedia, ReceiveOutcome } from "../domain/message.ts";
import { createOrder } from "../domain/order.ts";
import type { Admitted, Dropped, Route } from "../domain/route.ts";
import { accept, type Accepted, type NewItem } from "./accept.ts";
import { parseCommand } from "./command.ts";
import type { EntranceSettings, ReceiveParts, Reservation } from "./parts.ts";
import { refuse } from "./refuse.ts";
import { stopNow } from "./stop.ts";

export type Receive = (message: InboundMessage, offered?: readonly OfferedMedia[]) => Promise<ReceiveOutcome>;

export function createReceive(parts: ReceiveParts): Receive {
  const rooms = createOrder();
  return async (raw, offered = []) => {
    const { settings } = parts;
    parts.probe("received");
    const message = await parts.doorway.identify(raw);
    const admission = message.chatKind === "dm" ? settings.admit(message) : await rooms.after(JSON.stringify(message.address), () => admitHere(parts, message));
    if (admission.kind === "dropped") return refuse(parts, admission);
    const route = settings.route(message);
    const command = withModel(settings, parseCommand(message.text, settings.resetTriggers(), rightOf(admission, route)));
    const offRecord = await parts.sessions.offRecord(message, route, command, offered);
    if (offRecord !== null) return offRecord;
    if (command?.name === "stop") return stopNow(parts, admission, route);
    return acceptWhole(parts, { message, route, command, state: "queued" }, command === null || isForAgent(command) ? offered : []);
  };
}

/** A file that somebody else sent as well may be taken back by them between its keeping and the message's: it is kept anew. */
const MOST_KEEPINGS = 5;

async function acceptWhole(parts: ReceiveParts, item: NewItem, offered: readonly OfferedMedia[]): Promise<ReceiveOutcome> {
  for (let left = MOST_KEEPINGS; ; left--) {
    const message = await parts.keepMedia(item.message, offered);
    try {
      return await acceptAndStart(parts, { ...item, message });
    } catch (error) {
      if (left === 1 || !isContinuoError(error) || error.code !== "MEDIA_GONE") throw error;
    }
  }
}

/** `/new` and a model: which it is, is settled when it is accepted (spec 4.5). */
function withModel(settings: EntranceSettings, command: Command | null): Command | null {
  if (command === null || (command.name !== "new" && command.name !== "reset") || command.rest === "") return command;
  const taken = settings.takeModel(command.rest);
  return taken === null ? command : { ...command, ...taken };
}

/** What was chosen for a room counts where nobody named the agent (spec 4.6, `/activation`). */
async function admitHere({ settings, sessions }: ReceiveParts, message: InboundMessage): Promise<Admitted | Dropped> {
  const admission = settings.admit(message);
  const depends = admission.kind === "admitted" ? !message.mentioned : admission.reason === "group_mention_required";
  if (!depends) return admission;
  const activation = await sessions.activation(settings.route(message).sessionKey);
  return activation === null ? admission : settings.admit(message, activation);
}

function rightOf({ commands }: Admitted, { isOwner }: Route): CommandRight {
  return !commands ? "own" : isOwner ? "owner" : "authorised";
}

async function acceptAndStart(parts: ReceiveParts, item: NewItem): Promise<ReceiveOutcome> {
  const { sessionKey } = item.route;
  const reserved = parts.sessions.reserve(sessionKey);
  let claimed = false;
  try {
    const { outcome, told } = await commit(parts, item, reserved).then(
      (committed) => {
        claimed = reserved !== null && committed.outcome.sessionKey === sessionKey;
        return committed;
      },
      // A session that cannot be claimed must not keep its messages out, nor those that wait behind them.
      (error: unknown) => (reserved === null ? Promise.reject(error) : commit(parts, item, null)),
    );
    parts.probe("accepted");
    if (outcome.kind === "accepted" && !claimed) parts.sessions.wake(outcome.sessionKey);
    if (told) parts.wakeOutbox();
    return outcome;
  } finally {
    reserved?.settle(claimed);
  }
}

interface Committed {
  readonly outcome: Accepted;
  /** Something was said at once: too many messages wait. */
  readonly told: boolean;
}

function commit(parts: ReceiveParts, item: NewItem, reserved: Reservation | null): Promise<Committed> {
  return parts.store.transaction(async (tx) => {
    // Who shares a conversation may have changed since it was asked: what is committed now belongs where it is said now.
    const route = parts.settings.route(item.message);
    const outcome = await accept(tx, { ...item, route }, parts.ids, parts.clock);
    if (outcome.kind !== "accepted") return { outcome, told: false };
    await parts.holdMedia(tx, outcome.itemId, item.message.attachments ?? []);
    const began = outcome.sessionKey === item.route.sessionKey && (await reserved?.claim(tx)) === true;
    return { outcome, told: !began && (await parts.sessions.limit(tx, outcome.sessionKey, item.message.address.channel)) };
  }, item.route.sessionKey);
}
