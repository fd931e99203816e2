import { readFile } from "node:fs/promises";
import JSON5 from "json5";
import { ContinuoError } from "../domain/errors.ts";
import { directMessage } from "../domain/message.ts";
import type { AppliedChange } from "../operations/index.ts";
import { assignedItems as items } from "../inbox/assigned.ts";
import { assignedTurns as turns } from "../turns/assigned.ts";
import { writePeople, type PeopleChange } from "../people/index.ts";
import type { RoutingSource } from "../routing/index.ts";
import { applyStep, beginChange, finishChange, latestChange, listOpenChanges, markUndoing, rollbackChange, setDismissed, type OpenChange, type Plan, type PlannedStep, type Routing } from "../sessions/repartition/index.ts";
import { undoOf } from "../sessions/repartition/undo.ts";
import type { ChangeRow } from "../store/tables.ts";
import { findDirectChat } from "../store/statements/find-direct-chat.ts";
import { findConversation } from "../store/statements/find-conversation.ts";
import { findChangeStep } from "../store/statements/find-change-step.ts";
import { listChangeSteps } from "../store/statements/list-change-steps.ts";
import { planSteps, planWith, routingOf } from "./change-plan.ts";
import { changedSettings, type Draft } from "./change-wish.ts";
import type { ChangesParts } from "./changes-parts.ts";
import { editSettings } from "./edit-settings.ts";
import { compileSettings } from "./settings.ts";

/** What a change's row keeps of one side: enough to build its routing again, and to put it back. */
interface KeptSide {
  readonly routing: RoutingSource;
  readonly people: PeopleChange | null;
  /** What the file gets. */
  readonly edits: Draft["edits"];
}

function keysOf(plan: Plan): string[] {
  return plan.sessions.flatMap(({ key, to }) => [key, ...to.map((target) => target.key)]);
}

const MOST_ATTEMPTS = 5;

interface Held {
  readonly plan: Plan;
  readonly steps: readonly PlannedStep[];
  release(): void;
}

/**
 * Holds still what the change moves, then everything for the moment in which it comes into force: between the last look
 * and the change itself nobody may begin a conversation under the old rules.
 */
async function holdFor(parts: ChangesParts, draft: Draft, first: Plan): Promise<Held> {
  let keys = keysOf(first);
  for (let attempt = 1; ; attempt++) {
    const releaseKeys = await parts.house.hold(keys);
    const releaseAll = await parts.house.hold("all");
    try {
      // Whatever was being written when everything was held has been written now.
      await parts.store.transaction(async () => undefined);
      const { plan, steps } = await planSteps(parts, draft, first.mode);
      const held = new Set(keys);
      const others = keysOf(plan).filter((key) => !held.has(key));
      if (others.length === 0) return { plan, steps, release: () => (releaseAll(), releaseKeys()) };
      keys = [...keys, ...others];
      if (attempt === MOST_ATTEMPTS) throw new ContinuoError("CHANGE_STALE", "The conversations changed faster than they could be held still.");
    } catch (error) {
      releaseAll();
      releaseKeys();
      throw error;
    }
    releaseAll();
    releaseKeys();
  }
}

/** What was agreed to is what was looked at: whoever began to speak meanwhile was not. */
function refuseNewer(wanted: Plan, plan: Plan): void {
  if (plan.readersTotal > plan.readers.length && plan.readersTotal > wanted.readersTotal) {
    throw new ContinuoError("CHANGE_STALE", "Meanwhile somebody began to speak whom the plan did not count.");
  }
  if (wanted.readersTotal > wanted.readers.length) return;
  const known = new Set(wanted.readers.map(({ pair, session }) => JSON.stringify([pair, session])));
  const newer = plan.readers.find(({ pair, session }) => !known.has(JSON.stringify([pair, session])));
  if (newer !== undefined) throw new ContinuoError("CHANGE_STALE", `Meanwhile somebody began to speak whom the plan did not name: ${newer.words}`);
}

/** The values that these edits will write over. */
async function edited(path: string, edits: Draft["edits"]): Promise<Draft["edits"]> {
  if (edits.length === 0) return [];
  const tree: unknown = JSON5.parse(await readFile(path, "utf8"));
  const at = (from: unknown, key: string): unknown => (typeof from === "object" && from !== null && Object.hasOwn(from, key) ? (from as Record<string, unknown>)[key] : undefined);
  return edits.map(({ path }) => {
    // What was not there at all is taken out as a whole, not emptied.
    const missing = path.findIndex((_, index) => path.slice(0, index + 1).reduce(at, tree) === undefined);
    const [first, ...rest] = path;
    return { path: [first, ...(missing === -1 ? rest : rest.slice(0, missing))] as const, value: missing === -1 ? path.reduce(at, tree) : undefined };
  });
}

/** What is in force from now on, in memory. */
function adopt({ settings, env }: ChangesParts, source: RoutingSource): void {
  // The rest of the configuration is whatever was read last: it may have been saved again since this change was planned.
  const { config, warnings } = settings.current();
  settings.replace(compileSettings(config, { warnings, env, directory: settings.directory, routingSource: source }));
}

function because({ cause, settings }: Pick<Draft, "cause" | "settings">): string {
  if (cause === "people") return "because it was changed who is who";
  const [first, ...more] = settings.map(({ path }) => path);
  return first === undefined ? "because the settings were changed" : `because ${first}${more.length === 0 ? "" : " and others"} changed`;
}

/** `telegram:42 is Ann's`, `Ann is Anna now`: what a change of who is who says. */
function peopleWords({ settings }: ChangesParts, change: PeopleChange): string {
  const names = new Map(change.persons.map(({ id, before, after }) => [id, after?.name ?? before?.name]));
  const nameOf = (id: string): string => names.get(id) ?? settings.directory.person(id)?.name ?? "somebody";
  const moved = change.identities.map(({ ref, before, after }) => {
    const identity = `${ref.channel}:${ref.peer}`;
    return after !== null ? `${identity} is ${nameOf(after.person_id)}'s` : `${identity} leaves ${nameOf(before?.person_id ?? "")}`;
  });
  const renamed = change.persons.flatMap(({ before, after }) => {
    if (before === null || after === null) return [];
    return before.name === after.name ? [`${after.name} is ${after.role}`] : [`${before.name} is ${after.name} now`];
  });
  return [...moved, ...renamed].join(", ") || "who is who";
}

function summaryOf(parts: ChangesParts, draft: Draft, plan: Plan): string {
  const what = draft.people === null ? draft.settings.map(({ path }) => path).join(", ") : peopleWords(parts, draft.people);
  return `${what || "settings"}: ${plan.lines[0] ?? "nothing moved"}`.slice(0, 300);
}

/** Makes a change: the settings or the people first, then the history, session by session, each in one transaction. */
export async function applyDraft(parts: ChangesParts, draft: Draft, wanted: Plan): Promise<AppliedChange> {
  const { store, ids, clock, settings, configPath, env } = parts;
  const held = await holdFor(parts, draft, wanted);
  try {
    const { plan, steps } = held;
    refuseNewer(wanted, plan);
    const id = ids.next();
    const current = settings.current().who.source;
    const before: KeptSide = { routing: current, people: draft.people, edits: await edited(configPath, draft.edits) };
    const after: KeptSide = { routing: draft.source, people: draft.people, edits: draft.edits };
    if (draft.edits.length > 0) await editSettings(configPath, env, draft.edits.map(({ path, value }) => ({ path, value })));
    await store.transaction(async (tx) => {
      if (draft.people) await writePeople(tx, draft.people, "after");
      const sides = { before: JSON.stringify(before), after: JSON.stringify(after) };
      await beginChange(tx, { id, cause: draft.cause, mode: plan.mode, at: clock.now(), ...sides, summary: summaryOf(parts, draft, plan), steps, inForce: draft.source });
    });
    if (draft.people) settings.directory.apply(draft.people, "after");
    adopt(parts, draft.source);
    const routing = routingOf(parts, current, draft.source, draft.people, "after");
    await takeSteps(parts, id, steps.map(({ number }) => number), routing, because(draft));
    await finishChange(store, id, clock.now());
    tellMoved(parts, await touchedBy(parts, id));
    return { applied: true, change: { id }, plan, sessions: plan.sessions.length, messages: plan.messages };
  } finally {
    held.release();
  }
}

async function takeSteps(parts: ChangesParts, id: string, numbers: readonly number[], routing: Routing, why: string): Promise<void> {
  for (const [index, number] of numbers.entries()) {
    await applyStep(parts.store, id, number, { ...routing, items, turns, because: why }, parts.ids, parts.clock.now());
    parts.house.onProgress(index + 1, numbers.length);
  }
}

function sidesOf({ before, after }: ChangeRow): { readonly before: KeptSide; readonly after: KeptSide } {
  return { before: JSON.parse(before) as KeptSide, after: JSON.parse(after) as KeptSide };
}

/** Brings to its end what a process that was killed had begun: forwards what was being made, backwards what was taken back. */
export async function resumeChanges(parts: ChangesParts): Promise<void> {
  if ((await listOpenChanges(parts.store)).length === 0) return;
  const release = await parts.house.hold("everything");
  try {
    // While this one waited, another gateway may have ended it; and who is who may be other than it was.
    await parts.store.transaction(async () => undefined);
    for (const one of await listOpenChanges(parts.store)) await resumeOne(parts, one);
  } finally {
    release();
  }
}

async function resumeOne(parts: ChangesParts, { change, steps }: OpenChange): Promise<void> {
  parts.log.info({ change: change.id, steps: steps.length }, "going on with a change that was left half done");
  if (change.state === "undoing") return void (await undo(parts, change));
  const { before, after } = sidesOf(change);
  const routing = routingOf(parts, before.routing, after.routing, after.people, "after");
  const open = steps.filter(({ state }) => state === "planned").map(({ number }) => number);
  await takeSteps(parts, change.id, open, routing, "because the settings were changed");
  await finishChange(parts.store, change.id, parts.clock.now());
  tellMoved(parts, await touchedBy(parts, change.id));
}

function tellMoved({ house }: ChangesParts, { keys, conversations }: Touched): void {
  house.onMoved(keys, conversations);
}

interface Touched {
  readonly keys: readonly string[];
  readonly conversations: readonly { readonly key: string; readonly sessionId: string }[];
}

/** The keys that a change has touched, and the conversations that were there before it and after it. */
async function touchedBy({ store }: ChangesParts, id: string): Promise<Touched> {
  const keys = new Set<string>();
  const conversations: Touched["conversations"][number][] = [];
  for (const { number, state } of await store.all(listChangeSteps, { change_id: id })) {
    const row = state === "planned" ? undefined : await store.get(findChangeStep, { change_id: id, number });
    const kept = row === undefined ? null : undoOf(row.undo);
    if (kept?.kind !== "sessions") continue;
    for (const key of [...kept.keys, ...kept.sessions.map((session) => session.key)]) keys.add(key);
    for (const { key, session_id: sessionId } of kept.conversations) conversations.push({ key, sessionId });
    for (const { sessionId } of kept.made) {
      const made = await store.get(findConversation, { session_id: sessionId });
      if (made) conversations.push({ key: made.key, sessionId });
    }
  }
  return { keys: [...keys], conversations };
}

async function undo(parts: ChangesParts, change: ChangeRow): Promise<{ readonly sessions: number }> {
  const { store, ids, clock, settings, configPath, env } = parts;
  const { before, after } = sidesOf(change);
  if (before.edits.length > 0) await editSettings(configPath, env, before.edits.map(({ path, value }) => ({ path, value })));
  await store.transaction(async (tx) => {
    if (before.people) await writePeople(tx, before.people, "before");
    // A file that was edited by hand still says it: it must not be made again by itself.
    if (change.cause === "config" && before.edits.length === 0) await setDismissed(tx, after.routing, clock.now());
    await markUndoing(tx, change.id, before.routing, clock.now());
  });
  if (before.people) settings.directory.apply(before.people, "before");
  adopt(parts, before.routing);
  const routing = routingOf(parts, before.routing, after.routing, before.people, "before");
  return rollbackChange(store, change.id, { ...routing, items, turns, inForce: before.routing }, ids, clock.now(), parts.house.onProgress);
}

/** What taking back the newest change would do, and who would read what by it. Errors: CHANGE_UNKNOWN, CHANGE_NOT_LATEST. */
export async function planRollback(parts: ChangesParts, id: string): Promise<{ readonly change: ChangeRow; readonly plan: Plan }> {
  const change = await latestChange(parts.store);
  if (change === null) throw new ContinuoError("CHANGE_UNKNOWN", "There is no change that could be taken back.");
  if (id !== change.id) throw new ContinuoError("CHANGE_NOT_LATEST", `${id} is not the newest change; that is ${change.id}.`);
  const { before, after } = sidesOf(change);
  // Backwards: what is in force now is where it comes from.
  const routing = routingOf(parts, after.routing, before.routing, before.people && reversed(before.people), "before");
  const people = before.people && reversed(before.people);
  const config = parts.settings.current().config;
  const draft = { cause: change.cause === "people" ? ("people" as const) : ("config" as const), source: before.routing, people, edits: [], config, settings: changedSettings(after.routing, before.routing) };
  const { plan } = await planWith(parts, routing, draft, change.mode === "fresh" ? "fresh" : "repartition");
  return { change, plan };
}

/** The same change of who is who, the other way round. */
function reversed({ persons, identities }: PeopleChange): PeopleChange {
  return {
    persons: persons.map(({ id, before, after }) => ({ id, before: after, after: before })),
    identities: identities.map(({ ref, before, after }) => ({ ref, before: after, after: before })),
  };
}

/** Takes back a change that is the newest one, and tells those whom it had linked. */
export async function rollbackChangeOf(parts: ChangesParts, change: ChangeRow, wanted: Plan): Promise<{ readonly sessions: number }> {
  // Read before it is taken back: what a step has undone it does not remember.
  const touched = await touchedBy(parts, change.id);
  const keys = [...touched.keys, ...keysOf(wanted)];
  const releaseKeys = await parts.house.hold(keys);
  const releaseAll = await parts.house.hold("all");
  try {
    await parts.store.transaction(async () => undefined);
    refuseNewer(wanted, (await planRollback(parts, change.id)).plan);
    const { sessions } = await undo(parts, change);
    tellMoved(parts, { ...touched, keys: [...new Set(keys)] });
    const { people } = sidesOf(change).before;
    if (people) await tellUnlinked(parts, people);
    return { sessions };
  } finally {
    releaseAll();
    releaseKeys();
  }
}

/** Who had agreed on a link in their chats hears that it is none any more. */
async function tellUnlinked({ store, settings, house }: ChangesParts, { identities }: PeopleChange): Promise<void> {
  for (const { ref, before, after } of identities) {
    if ((before ?? after)?.proved_by !== "code") continue;
    const chat = await store.get(findDirectChat, { channel: ref.channel, account: ref.account, sender_id: ref.peer });
    if (!chat) continue;
    const address = { channel: ref.channel, account: ref.account, chat: chat.chat, thread: null };
    const audience = settings.current().who.audience(directMessage({ channel: ref.channel, account: ref.account, senderId: ref.peer }));
    const text = after === null ? "The owner took back that this account had left its link: it is linked again." : "The owner took the link of this account back: what is said here is known here alone again.";
    await store.transaction((tx) => house.say(tx, { address, audience, peer: ref.peer, replyTo: null }, text));
  }
}
