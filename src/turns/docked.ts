import { isOperatorChannel } from "../domain/address.ts";
import type { ReplyRoute } from "../domain/route.ts";
import type { InboxItem } from "../domain/turn.ts";
import { undock } from "../sessions/dock.ts";
import type { OpenSession } from "../sessions/lifecycle.ts";
import type { Executor } from "../store/store.ts";

/**
 * Where this turn's reply goes when its person has docked (spec A10): to the docked chat, until they undock or its
 * channel is gone. Only the replies of whoever docked go there, and only those of direct chats.
 */
export async function dockedRoute(
  parts: { canReach(channel: string, account: string): boolean },
  tx: Executor,
  session: OpenSession,
  item: InboxItem,
  asked: ReplyRoute,
): Promise<ReplyRoute> {
  const { dock } = session;
  // What a job leads to goes where the job says.
  if (dock === null || item.origin === "system" || item.message.chatKind !== "dm" || item.audience !== dock.audience) return asked;
  if (isOperatorChannel(dock.address.channel)) return asked;
  if (!parts.canReach(dock.address.channel, dock.address.account)) {
    await undock(tx, session.key);
    return asked;
  }
  return { address: dock.address, audience: dock.audience, peer: dock.peer, replyTo: null };
}
