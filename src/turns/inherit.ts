import { estimateTokens } from "../agent/context.ts";
import type { Agents } from "../agent/settings.ts";
import type { Ids } from "../domain/ids.ts";
import type { InboxItem } from "../domain/turn.ts";
import { parentKey } from "../routing/keys.ts";
import { beginWithCopies, readParent } from "../sessions/inherit.ts";
import type { OpenSession } from "../sessions/lifecycle.ts";
import type { NewEntry } from "../sessions/transcript.ts";
import type { Executor } from "../store/store.ts";

export interface InheritParts {
  readonly ids: Ids;
  readonly settings: { agents(): Agents };
}

/** However short they are. */
const MOST_ENTRIES = 200;
/** What is copied leaves most of an agent's window to the thread itself. */
const MOST_OF_WINDOW = 0.5;

/** Law 4: only what was said to whoever reads the thread. The owner may read more, and it is not put into their mouth. */
function hasSameReaders(said: string, thread: string): boolean {
  return said === thread || (said.startsWith("chat:") && thread.startsWith(`${said}:`));
}

/** The newest that fit, oldest first, beginning with a person's words. */
function fitting(newestFirst: readonly NewEntry[], budget: number): NewEntry[] {
  const taken: NewEntry[] = [];
  let used = 0;
  for (const entry of newestFirst) {
    used += estimateTokens(entry.text);
    if (used > budget) break;
    taken.push(entry);
  }
  while (taken.at(-1)?.role === "assistant") taken.pop();
  return taken.toReversed();
}

/** In the thread now: a change of who shares what takes it along with the thread. */
function inThread(entry: NewEntry, { message: { address }, audience }: InboxItem): NewEntry {
  const { from } = entry;
  const isSameChat = from.address.channel === address.channel && from.address.account === address.account && from.address.chat === address.chat;
  return { ...entry, from: { ...from, audience, address: isSameChat ? { ...from.address, thread: address.thread } : from.address } };
}

/**
 * A thread's first message finds it empty (P32), or, where `session.threads.inherit` is `parent`, with copies of what was
 * said last in the chat around it, as far as the readers are the same and the budget goes.
 */
export async function inheritParent(parts: InheritParts, tx: Executor, item: InboxItem, session: OpenSession, now: number): Promise<OpenSession> {
  const agents = parts.settings.agents();
  const { inherit, budget } = agents.threads;
  const around = parentKey(session.key);
  if (inherit === "none" || around === null || !session.isUnspoken || item.origin === "system") return session;
  const parent = await readParent(tx, around, MOST_ENTRIES);
  if (parent === null) return session;
  const window = agents.get(item.agentId).contextTokens ?? Number.POSITIVE_INFINITY;
  const shareable = parent.entries.filter(({ role, text, dropped, from }) => (role === "user" || role === "assistant") && text !== "" && dropped === null && hasSameReaders(from.audience, item.audience));
  const copies = fitting(shareable, Math.min(budget, window * MOST_OF_WINDOW)).map((entry) => inThread(entry, item));
  if (copies.length === 0) return session;
  const sessionId = await beginWithCopies(tx, session, parent.session.session_id, copies, parts.ids, now);
  return { ...session, sessionId, isUnspoken: false, rolled: { reason: "forked", previous: session.sessionId } };
}
