import type { Executor } from "../../store/store.ts";
import type { InboxRow } from "../../store/tables.ts";
import { parseStored, type StoredMessage } from "../../store/rows.ts";
import { isOperatorChannel } from "../../domain/address.ts";
import { resolveAlias } from "./aliases.ts";
import type { Source } from "./gather.ts";
import { speakerKey } from "./speakers.ts";
import type { ItemsBefore, WaitingBefore } from "./undo.ts";
import { breathe, PAGE, type ItemRoute, type Items, type Router } from "./types.ts";

interface Place {
  readonly channel: string;
  readonly account: string;
  readonly chat: string;
}

/** The chats that these participants spoke in, each once. */
export function placesOf(rows: readonly Place[]): Place[] {
  return [...new Map(rows.map(({ channel, account, chat }) => [JSON.stringify([channel, account, chat]), { channel, account, chat }])).values()];
}

/** Finished messages go where their participant goes, so that what is asked about one leads to where it is. */
export async function moveSettled(tx: Executor, items: Items, source: Source, audienceOf: (key: string) => string): Promise<ItemsBefore[]> {
  const before = new Map<string, { route: ItemRoute; seqs: number[] }>();
  const { placements } = source.assignment;
  let written = 0;
  for (const place of placesOf(source.participants)) {
    for (const item of await items.settled(tx, { ...place, session_key: source.row.key, after: 0 })) {
      const placement = placements.get(speakerKey(item));
      const target = placement?.target ?? source.assignment.home ?? source.assignment.ownerKey;
      if (target === source.row.key) continue;
      const known = placement === undefined || placement.operator ? { person: item.person, audience: audienceOf(target) } : placement.after;
      const agentId = /^agent:([^:]+):/.exec(target)?.[1] ?? placement?.after.agentId ?? item.agent_id;
      await items.reassign(tx, item.seq, { session_key: target, agent_id: agentId, person: known.person, audience: known.audience });
      const route = { session_key: source.row.key, agent_id: item.agent_id, person: item.person, audience: item.audience };
      const name = JSON.stringify(route);
      const group = before.get(name) ?? { route, seqs: [] };
      group.seqs.push(item.seq);
      before.set(name, group);
      if (++written % PAGE === 0) await breathe();
    }
  }
  return [...before.values()];
}

export async function restoreItems(tx: Executor, items: Items, before: readonly ItemsBefore[]): Promise<void> {
  let written = 0;
  for (const { route, seqs } of before) {
    for (const seq of seqs) {
      await items.reassign(tx, seq, route);
      if (++written % PAGE === 0) await breathe();
    }
  }
}

/** A message that named its session goes where that session went; any other where routing sends it now. */
async function newRoute(tx: Executor, item: InboxRow, stored: StoredMessage, from: Router, to: Router): Promise<(ItemRoute & Pick<InboxRow, "message" | "why">) | null> {
  const [was, is] = [from(stored.message), to(stored.message)];
  const isNamed = is.why.scope.value === "explicit" || isOperatorChannel(item.channel);
  const session_key = isNamed ? await resolveAlias(tx, is.sessionKey) : was.sessionKey === is.sessionKey ? item.session_key : is.sessionKey;
  if (session_key === item.session_key && was.sessionKey === is.sessionKey) return null;
  const message: StoredMessage = { ...stored, shared: is.shared, pinned: is.pinned, owner: is.isOwner };
  const agent_id = /^agent:([^:]+):/.exec(session_key)?.[1] ?? is.agentId;
  return { session_key, agent_id, person: is.person, audience: is.audience, message: JSON.stringify(message), why: JSON.stringify(is.why) };
}

/** Routes anew what no turn has taken yet; `except` are left alone. Answers with the rows as they were. */
export async function rerouteWaiting(tx: Executor, items: Items, from: Router, to: Router, except: ReadonlySet<number> = new Set()): Promise<WaitingBefore[]> {
  const before: WaitingBefore[] = [];
  for (let after = 0; ; await breathe()) {
    const rows = await items.waiting(tx, after, PAGE);
    for (const item of rows) {
      after = item.seq;
      if (except.has(item.seq)) continue;
      const stored = parseStored(item);
      // What cannot be read back is given up by its own session's next turn, wherever that is.
      const route = stored && (await newRoute(tx, item, stored, from, to));
      if (route === null) continue;
      await items.reroute(tx, item.seq, route);
      const { seq, session_key, agent_id, person, audience, message, why } = item;
      before.push({ seq, session_key, agent_id, person, audience, message, why });
    }
    if (rows.length < PAGE) return before;
  }
}

export async function restoreWaiting(tx: Executor, items: Items, before: readonly WaitingBefore[]): Promise<void> {
  for (const { seq, ...route } of before) await items.reroute(tx, seq, route);
}
