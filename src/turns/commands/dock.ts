import { isOperatorChannel } from "../../domain/address.ts";
import { dock, undock } from "../../sessions/dock.ts";
import { findSession } from "../../store/statements/find-session.ts";
import type { Executor } from "../../store/store.ts";
import type { Answer, Asked, CommandParts } from "./asked.ts";

async function answerDock(parts: CommandParts, tx: Executor, { turn, item, rest, say, now }: Asked): Promise<string> {
  const channel = rest.toLowerCase();
  if (item.message.chatKind !== "dm") return say("dock.direct-only", { channel });
  const source = item.message.address.channel;
  const session = await tx.get(findSession, { key: turn.sessionKey });
  if (!session) return say("dock.no-session", { channel });
  if (channel === source) {
    if (session.dock === null) return say("dock.already", { channel });
    await undock(tx, turn.sessionKey);
    return say("dock.done", { channel });
  }
  if (item.message.sender.id === "") return say("dock.no-sender", { channel });
  const to = await parts.people.linkedChat(turn, channel);
  if (to === null) return say("dock.no-link", { channel });
  if (!parts.settings.canReach(to.address.channel, to.address.account)) return say("dock.not-running", { channel });
  const saved = await dock(tx, turn.sessionKey, { ...to, audience: item.audience, since: now });
  return say(saved ? "dock.done" : "dock.not-saved", { channel });
}

/** `/dock-<channel>` (spec 5.4, A10), in the words that OpenClaw's users know. */
export const dockReplies: Answer = (parts, asked) => parts.store.transaction((tx) => answerDock(parts, tx, asked));

/** `/undock`: replies go where their messages come from again. */
export const undockReplies: Answer = (parts, { turn, item, say }) =>
  parts.store.transaction(async (tx) => {
    const session = await tx.get(findSession, { key: turn.sessionKey });
    if (!session || session.dock === null) return say("undock.none");
    await undock(tx, turn.sessionKey);
    const { channel } = item.message.address;
    return isOperatorChannel(channel) ? say("undock.done") : say("undock.back", { channel });
  });
