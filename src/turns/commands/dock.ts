import { isOperatorChannel } from "../../domain/address.ts";
import { dock, undock } from "../../sessions/dock.ts";
import { findSession } from "../../store/statements/find-session.ts";
import type { Answer, CommandParts } from "./asked.ts";

/** `/dock-<channel>` (spec 5.4, A10), in the words that OpenClaw's users know. */
export const dockReplies: Answer = async (parts, { turn, item, rest, say, now }) => {
  const channel = rest.toLowerCase();
  const { chatKind, address, sender } = item.message;
  if (chatKind !== "dm") return say("dock.direct-only", { channel });
  if (channel === address.channel) return dockHere(parts, turn.sessionKey, (said) => say(`dock.${said}`, { channel }));
  if (sender.id === "") return say("dock.no-sender", { channel });
  const to = await parts.people.linkedChat(turn, channel);
  if (to === null) return say("dock.no-link", { channel });
  if (!parts.settings.canReach(to.address.channel, to.address.account)) return say("dock.not-running", { channel });
  const isSaved = await parts.store.transaction((tx) => dock(tx, turn.sessionKey, { ...to, audience: item.audience, since: now }), turn.sessionKey);
  return say(isSaved ? "dock.done" : "dock.not-saved", { channel });
};

/** To where somebody writes already: that ends another dock. */
async function dockHere({ store }: CommandParts, key: string, say: (said: "no-session" | "already" | "done") => string): Promise<string> {
  return store.transaction(async (tx) => {
    const session = await tx.get(findSession, { key });
    if (!session) return say("no-session");
    if (session.dock === null) return say("already");
    await undock(tx, key);
    return say("done");
  }, key);
}

/** `/undock`: replies go where their messages come from again. */
export const undockReplies: Answer = (parts, { turn, item, say }) =>
  parts.store.transaction(async (tx) => {
    const session = await tx.get(findSession, { key: turn.sessionKey });
    if (!session || session.dock === null) return say("undock.none");
    await undock(tx, turn.sessionKey);
    const { channel } = item.message.address;
    return isOperatorChannel(channel) ? say("undock.done") : say("undock.back", { channel });
  }, turn.sessionKey);
