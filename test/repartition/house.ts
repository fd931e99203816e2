/** A store with people in it, who speak as routing sends them: what the tests of law 7 are told with. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIds, type Ids } from "../../src/domain/ids.ts";
import { directMessage, type InboundMessage } from "../../src/domain/message.ts";
import type { Route } from "../../src/domain/route.ts";
import type { InboxItem } from "../../src/domain/turn.ts";
import { assignedItems } from "../../src/inbox/assigned.ts";
import { assignedTurns } from "../../src/turns/assigned.ts";
import { compileRouting } from "../../src/routing/compile.ts";
import { resolveRoute } from "../../src/routing/resolve.ts";
import type { RoutingSource } from "../../src/routing/source.ts";
import { removeStateDir, rowsIn, storeIn } from "../store/database.ts";
import type { Store } from "../../src/store/store.ts";
import { insertInboxItem } from "../../src/store/statements/insert-inbox-item.ts";
import { openSession } from "../../src/sessions/lifecycle.ts";
import { recordParticipant } from "../../src/sessions/participants.ts";
import { appendEntries, type NewEntry } from "../../src/sessions/transcript.ts";
import { applyStep, beginChange, finishChange, planChange, rollbackChange, type Affected, type Mode, type PlannedChange, type Routing } from "../../src/sessions/repartition/index.ts";
import type { Probe } from "../../src/sessions/repartition/index.ts";

export interface Spoken {
  readonly channel?: string;
  readonly account?: string;
  readonly sender: string;
  readonly name?: string | null;
  readonly chat?: string;
  readonly thread?: string | null;
  readonly kind?: "dm" | "group" | "channel";
  readonly text?: string;
  /** Waits in the inbox instead of being answered. */
  readonly queued?: boolean;
  /** `/new` before it. */
  readonly anew?: boolean;
  readonly session?: string | null;
}

export interface House {
  readonly directory: string;
  readonly store: Store;
  readonly now: () => number;
  say(source: RoutingSource, spoken: Spoken): Promise<Route>;
  /** Everything that a change may touch, in an order of its own. */
  dump(): Promise<Record<string, Record<string, unknown>[]>>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  change(before: RoutingSource, after: RoutingSource, options?: { mode?: Mode; affected?: Affected; probes?: readonly Probe[]; kill?: boolean }): Promise<{ id: string; plan: PlannedChange }>;
  /** Does what is left of a change. */
  resume(id: string, before: RoutingSource, after: RoutingSource): Promise<void>;
  rollback(id: string, before: RoutingSource, after: RoutingSource): Promise<number>;
  close(): Promise<void>;
}

export function messageOf(spoken: Spoken, id: string | null = null): InboundMessage {
  const { channel = "telegram", account = "default", sender, name = null, kind = "dm", thread = null, text = "hello", session = null } = spoken;
  const base = { sender: { id: sender, name, username: null }, chatKind: kind, text, messageId: id, target: session === null ? null : { sessionKey: session, agentId: null } };
  return directMessage({ channel, account, senderId: sender }, { ...base, address: { channel, account, chat: spoken.chat ?? sender, thread } });
}

export function routing(before: RoutingSource, after: RoutingSource): Routing {
  const [a, b] = [compileRouting(before), compileRouting(after)];
  const mainOf = (compiled: typeof a) => (agentId: string) => (compiled.scope === "global" ? "global" : `agent:${agentId}:${compiled.main}`);
  return {
    before: (message) => resolveRoute(a, message),
    after: (message) => resolveRoute(b, message),
    mains: { mainKeyBefore: mainOf(a), mainKeyAfter: mainOf(b) },
  };
}

const TABLES = ["sessions", "conversations", "entries", "participants", "inbox", "key_aliases", "moved_entries"];

function entry(role: NewEntry["role"], text: string, turnId: string, item: InboxItem, at: number): NewEntry {
  const { message, audience, person } = item;
  const isUser = role === "user";
  const from = { senderId: isUser ? message.sender.id : "main", senderName: null, person: isUser ? person : null, address: message.address, audience };
  return { role, text, at, turnId, from, model: null, usage: null, stopReason: null };
}

interface Clockwork {
  readonly ids: Ids;
  now(): number;
  tick(): number;
}

function clockwork(): Clockwork {
  let time = 1_700_000_000_000;
  const now = (): number => time;
  return { now, ids: createIds({ now }), tick: () => (time += 1000) };
}

/** A question with its answer, as a turn leaves them. */
async function speak(store: Store, { ids, now }: Clockwork, item: InboxItem, anew: boolean): Promise<void> {
  await store.transaction(async (tx) => {
    const session = await openSession(tx, item, { policy: { mode: "none", atHour: 4, idleMinutes: 0 }, anew: anew ? "new" : null }, ids, now());
    const turnId = ids.next();
    await recordParticipant(tx, [item], null, now());
    const said = [entry("user", item.message.text, turnId, item, now()), entry("assistant", `to ${item.message.text}`, turnId, item, now())];
    await appendEntries(tx, { key: session.key, sessionId: session.sessionId }, said, ids);
  });
}

async function say(store: Store, clock: Clockwork, source: RoutingSource, spoken: Spoken): Promise<Route> {
  const acceptedAt = clock.tick();
  const message = messageOf(spoken, clock.ids.next());
  const route = resolveRoute(compileRouting(source), message);
  const id = clock.ids.next();
  const { sessionKey, agentId, person, audience, shared, pinned } = route;
  const item: InboxItem = { id, seq: 0, runId: id, agentId, sessionKey, message, origin: "person", command: null, person, audience, shared, pinned, owner: route.isOwner, acceptedAt, dropped: null };
  const { address, sender } = message;
  const columns = { channel: address.channel, account: address.account, chat: address.chat, thread: address.thread, sender_id: sender.id, sender_name: sender.name, person, audience };
  const kept = { message: JSON.stringify({ message, command: null, shared, pinned }), why: JSON.stringify(route.why), message_id: message.messageId };
  await store.run(insertInboxItem, { id, run_id: id, agent_id: agentId, session_key: sessionKey, state: spoken.queued ? "queued" : "done", accepted_at: acceptedAt, ...columns, ...kept });
  if (!spoken.queued) await speak(store, clock, item, spoken.anew === true);
  return route;
}

function sorted(rows: Record<string, unknown>[]): Record<string, unknown>[] {
  return rows.map((row) => ({ ...row })).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

export async function openHouse(): Promise<House> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-repartition-"));
  const store = await storeIn(directory);
  const clock = clockwork();
  const { ids, now, tick } = clock;
  const rows = (sql: string) => rowsIn(directory, sql);

  const resume: House["resume"] = async (id, before, after) => {
    const steps = await rows(`select number from change_steps where change_id = '${id}' order by number`);
    for (const { number } of steps) await applyStep(store, id, Number(number), { ...routing(before, after), items: assignedItems, turns: assignedTurns, because: "because it was asked for" }, ids, now());
    await finishChange(store, id, now());
  };

  return {
    directory,
    store,
    now,
    rows,
    say: (source, spoken) => say(store, clock, source, spoken),
    resume,
    dump: async () => Object.fromEntries(await Promise.all(TABLES.map(async (table) => [table, sorted(await rows(`select * from ${table}`))]))),
    async change(before, after, { mode = "repartition", affected = "all", probes, kill = false } = {}) {
      const at = tick();
      const plan = await planChange(store, { ...routing(before, after), mode, affected, probes });
      const id = ids.next();
      const told = { cause: "config" as const, mode, at, before: "{}", after: "{}", summary: "test", steps: plan.steps, inForce: after };
      await store.transaction((tx) => beginChange(tx, { id, ...told }));
      if (!kill) await resume(id, before, after);
      return { id, plan };
    },
    async rollback(id, before, after) {
      const options = { ...routing(before, after), items: assignedItems, turns: assignedTurns, inForce: before };
      return (await rollbackChange(store, id, options, ids, tick())).sessions;
    },
    async close() {
      await store.close();
      await removeStateDir(directory);
    },
  };
}

/** What is said in each session's current conversation, by the texts of its questions and answers. */
export async function heard(house: House): Promise<Record<string, string[]>> {
  const said = await house.rows("select s.key, e.text from sessions s join entries e on e.session_id = s.session_id where e.role in ('user') order by s.key, e.seq");
  const byKey: Record<string, string[]> = {};
  for (const { key, text } of said) (byKey[String(key)] ??= []).push(String(text));
  return byKey;
}
