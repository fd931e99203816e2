import { isOperatorChannel, type Address } from "../../domain/address.ts";
import type { Turn } from "../../domain/turn.ts";
import { dock, undock } from "../../sessions/dock.ts";
import type { Executor } from "../../store/store.ts";
import { findSession } from "../../store/statements/find-session.ts";

export interface Docking {
  readonly address: Address;
  readonly peer: string;
}

export interface DockParts {
  /** A chat of the same person on another channel; null where none is known. */
  linkedChat(turn: Turn, channel: string): Promise<Docking | null>;
  canReach(channel: string, account: string): boolean;
}

/** `/dock-<channel>` (spec 5.4, A10), in the words that OpenClaw's users know. */
export async function answerDock(parts: DockParts, tx: Executor, turn: Turn, channel: string, now: number): Promise<string> {
  const [item] = turn.items;
  if (!item || item.message.chatKind !== "dm") return `Cannot dock to ${channel}: docking works in direct chats only.`;
  const source = item.message.address.channel;
  const session = await tx.get(findSession, { key: turn.sessionKey });
  if (!session) return `Cannot dock to ${channel}: no active session entry was found.`;
  if (channel === source) {
    if (session.dock === null) return `Already docked to ${channel}.`;
    await undock(tx, turn.sessionKey);
    return `Docked replies to ${channel}.`;
  }
  if (item.message.sender.id === "") return `Cannot dock to ${channel}: sender id is unavailable.`;
  const to = await parts.linkedChat(turn, channel);
  if (to === null) {
    return `Cannot dock to ${channel}: link an account there first with \`/link\`, or add this sender and a ${channel}:... peer to session.identityLinks.`;
  }
  if (!parts.canReach(to.address.channel, to.address.account)) return `Cannot dock to ${channel}: it is not running here.`;
  const saved = await dock(tx, turn.sessionKey, { ...to, audience: item.audience, since: now });
  return saved ? `Docked replies to ${channel}.` : `Cannot dock to ${channel}: session route could not be saved.`;
}

/** `/undock`: replies go where their messages come from again. */
export async function answerUndock(tx: Executor, turn: Turn): Promise<string> {
  const session = await tx.get(findSession, { key: turn.sessionKey });
  if (!session || session.dock === null) return "Your replies are not docked.";
  await undock(tx, turn.sessionKey);
  const channel = turn.items[0]?.message.address.channel ?? "";
  return isOperatorChannel(channel) ? "Undocked." : `Undocked: replies come to ${channel} again.`;
}
