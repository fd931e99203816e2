import { ContinuoError } from "../../domain/errors.ts";
import type { Ids } from "../../domain/ids.ts";
import type { RoutingSource } from "../../routing/source.ts";
import type { Executor, Store } from "../../store/store.ts";
import { keptConversation, keptSession } from "../../store/kept-rows.ts";
import type { ParticipantRow, SessionRow } from "../../store/tables.ts";
import { deleteConversation } from "../../store/statements/delete-conversation.ts";
import { deleteAside } from "../../store/statements/delete-aside.ts";
import { deleteEntry } from "../../store/statements/delete-entry.ts";
import { deleteSession } from "../../store/statements/delete-session.ts";
import { findChangeStep } from "../../store/statements/find-change-step.ts";
import { forgetKeptPlaces } from "../../store/statements/forget-kept-places.ts";
import { recordEvent } from "../../store/ledger.ts";
import { listChangeSteps } from "../../store/statements/list-change-steps.ts";
import { listKeptPlaces } from "../../store/statements/list-kept-places.ts";
import { listParticipantRows } from "../../store/statements/list-participant-rows.ts";
import { putConversation } from "../../store/statements/put-conversation.ts";
import { putSession } from "../../store/statements/put-session.ts";
import { rejoinBranch } from "../../store/statements/rejoin-branch.ts";
import { restoreEntryPlaces } from "../../store/statements/restore-entry-places.ts";
import { settleChange } from "../../store/statements/settle-change.ts";
import { settleChangeStep } from "../../store/statements/settle-change-step.ts";
import { restoreAliases } from "./aliases.ts";
import type { Placement } from "./assign.ts";
import { changeOf, latestChange, markUndoing } from "./change.ts";
import { giveBackLate } from "./give-back.ts";
import { placesOf, rerouteWaiting, restoreItems, restoreWaiting } from "./items.ts";
import { readSince, type Since } from "./late.ts";
import { replaceParticipants, together } from "./participants.ts";
import { idsOf, moveRunning, readRunning, type Running } from "./running.ts";
import { speakerKey } from "./speakers.ts";
import { moveSessions } from "./step.ts";
import { survey } from "./survey.ts";
import { undoOf, type SessionsUndo } from "./undo.ts";
import { summariesOf } from "./write.ts";
import { breathe, PAGE, type Items, type Routing, type RunningTurns } from "./types.ts";

/** `before` and `after` as they were when the change was applied, and what is to decide again. */
export interface RollbackOptions extends Routing {
  readonly items: Items;
  readonly turns: RunningTurns;
  readonly inForce: RoutingSource;
}

interface StepOf {
  readonly tx: Executor;
  readonly changeId: string;
  readonly number: number;
}

async function restoreEntries({ tx, changeId, number }: StepOf, { made }: SessionsUndo): Promise<void> {
  for (const { closing } of made) {
    if (closing === null) continue;
    await tx.run(deleteEntry, { id: closing });
    await tx.run(deleteAside, { entry_id: closing });
  }
  for (let after = ""; ; await breathe()) {
    const page = await tx.all(listKeptPlaces, { change_id: changeId, number, after, limit: PAGE });
    const upto = page.at(-1)?.entry_id;
    if (upto === undefined) break;
    await tx.run(restoreEntryPlaces, { change_id: changeId, number, after, upto });
    after = upto;
  }
  await tx.run(forgetKeptPlaces, { change_id: changeId, number });
}

/** A label, a model or a queue that was chosen since is kept, where it is plain whose it is. */
function chosenSince(row: SessionRow, since: Since, undo: SessionsUndo): SessionRow {
  const left = undo.settled.find(({ key }) => key === row.key) ?? (undo.sessions.length === 1 ? undo.settled[0] : undefined);
  const now = since.sessions.find(({ key }) => key === left?.key);
  const was = keptSession(row);
  if (left === undefined || now === undefined) return was;
  const then = keptSession(left);
  const chosen = <Name extends keyof SessionRow>(name: Name): SessionRow[Name] => (now[name] === then[name] ? was[name] : now[name]);
  return {
    ...was,
    queue: chosen("queue"),
    label: chosen("label"),
    model_override: chosen("model_override"),
    choices: chosen("choices"),
    pinned_at: chosen("pinned_at"),
    archived_at: chosen("archived_at"),
  };
}

async function restoreRows({ tx }: StepOf, undo: SessionsUndo, since: Since): Promise<void> {
  for (const { session_id } of since.conversations) await tx.run(deleteConversation, { session_id });
  for (const conversation of undo.conversations) await tx.run(putConversation, keptConversation(conversation));
  for (const key of undo.keys) await tx.run(deleteSession, { key });
  for (const row of undo.sessions) await tx.run(putSession, chosenSince(row, since, undo));
  await restoreAliases(tx, undo.aliases);
}

/** Everybody is counted again where they were, with what they said since where it belongs. */
async function restoreParticipants({ tx }: StepOf, undo: SessionsUndo, since: Since): Promise<void> {
  const own = new Set(undo.keys);
  const elsewhere = new Set(since.participants.map(({ session_key }) => session_key).filter((key) => !own.has(key)));
  const rows = [...undo.participants];
  for (const session_key of elsewhere) rows.push(...(await tx.all(listParticipantRows, { session_key })));
  await replaceParticipants(tx, [...undo.keys, ...elsewhere], together([...rows, ...since.participants]));
}

/** Messages that were accepted and finished since follow those who sent them. */
async function moveLateItems({ tx }: StepOf, items: Items, undo: SessionsUndo, since: Since): Promise<void> {
  for (const key of undo.keys) {
    await breathe();
    const spoke = since.participantsAt(key);
    for (const place of placesOf(spoke)) {
      for (const item of await items.settled(tx, { ...place, session_key: key, after: undo.newestItem })) {
        const placement = since.placementOf(key, speakerKey(item));
        if (placement === undefined || placement.target === key) continue;
        const { agentId, person, audience } = placement.before;
        const known = placement.operator ? { agent_id: item.agent_id, person: item.person, audience: item.audience } : { agent_id: agentId, person, audience };
        await items.reassign(tx, item.seq, { session_key: placement.target, ...known });
      }
    }
  }
}

/** Turns that are not over yet follow what they ask. */
async function restoreRunning({ tx }: StepOf, running: readonly Running[], undo: SessionsUndo, since: Since, options: RollbackOptions): Promise<void> {
  const before = new Map((undo.turns ?? []).map(({ id, route }) => [id, route]));
  const keyOf = ({ turn }: Running, placement: Placement | undefined): string => before.get(turn.id)?.session_key ?? placement?.target ?? since.ownersKeyOf(turn.session_key);
  await moveRunning(tx, options, running, { side: "before", placementOf: since.placementOf, keyOf }, before);
}

async function undoSessions(step: StepOf, undo: SessionsUndo, options: RollbackOptions, ids: Ids, now: number): Promise<void> {
  const { tx, changeId } = step;
  const since = await readSince(tx, undo, options);
  const running = await readRunning(tx, options, [...undo.keys, ...since.turns.map(({ key }) => key)]);
  await restoreEntries(step, undo);
  await tx.run(rejoinBranch, { branch: summariesOf(step) });
  await restoreRows(step, undo, since);
  await giveBackLate({ tx, ids, now, since, waiting: idsOf(running) });
  await restoreParticipants(step, undo, since);
  await restoreItems(tx, options.items, undo.items);
  await moveLateItems(step, options.items, undo, since);
  await restoreRunning(step, running, undo, since, options);
  for (const { key } of undo.sessions) await recordEvent(tx, { at: now, kind: "session.repartition-undone", session_key: key, data: { changeId } });
}

/** Takes one step back in one transaction; how many sessions are again as they were. */
async function undoStep(store: Store, changeId: string, number: number, options: RollbackOptions, ids: Ids, now: number): Promise<number> {
  return store.transaction(async (tx) => {
    const row = await tx.get(findChangeStep, { change_id: changeId, number });
    if (row === undefined || row.state === "undone") return 0;
    const settle = { change_id: changeId, number, state: "undone", undo: null, expected: row.state };
    if (row.state === "planned") {
      await tx.run(settleChangeStep, settle);
      return 0;
    }
    const undo = undoOf(row.undo);
    if (undo.kind === "sessions") await undoSessions({ tx, changeId, number }, undo, options, ids, now);
    else {
      await restoreWaiting(tx, options.items, undo.items);
      await rerouteWaiting(tx, options.items, options.after, options.before, new Set(undo.items.map(({ seq }) => seq)));
    }
    await tx.run(settleChangeStep, settle);
    return undo.kind === "sessions" ? undo.sessions.length : 0;
  });
}

/**
 * Whoever began to speak since in a session that no step touched, where only the change had them: they too go on where
 * routing has them without it. What lay there from before the change stays.
 */
async function moveBegun(store: Store, changeId: string, { before, after, mains, items, turns }: RollbackOptions, ids: Ids, now: number): Promise<void> {
  const { at } = await changeOf(store, changeId);
  const back: Routing = {
    before: after,
    after: before,
    mains: { mainKeyBefore: (agentId) => mains.mainKeyAfter(agentId), mainKeyAfter: (agentId) => mains.mainKeyBefore(agentId) },
  };
  const affected = (row: ParticipantRow): boolean => row.first_at > at;
  const { leaving } = await survey(store, { ...back, affected });
  for (const key of leaving.keys()) {
    await store.transaction(async (tx) => {
      await moveSessions({ ...back, items, turns, because: "because a change was taken back", tx, changeId, number: 0, ids, now }, [key], affected);
      await tx.run(forgetKeptPlaces, { change_id: changeId, number: 0 });
    });
  }
}

async function beginRollback(store: Store, changeId: string, { inForce }: RollbackOptions, now: number): Promise<void> {
  const change = await changeOf(store, changeId);
  if (change.state === "undoing") return;
  if (change.state !== "applied" && change.state !== "applying") throw new ContinuoError("CHANGE_UNKNOWN", `The change ${changeId} is not in force: it is ${change.state}.`);
  const latest = await latestChange(store);
  if (latest !== null && latest.id !== changeId) {
    throw new ContinuoError("CHANGE_NOT_LATEST", `The change ${changeId} is not the latest: ${latest.id} was made after it.`, { fields: { changeId, latest: latest.id } });
  }
  await store.transaction(async (tx) => {
    await markUndoing(tx, changeId, inForce, now);
  });
}

/**
 * Takes the newest change back: every row is again as it was, and what was said since goes to where routing would
 * have had it without the change. A step a transaction, newest first; called again after a kill it goes on where it
 * was. Errors: CHANGE_UNKNOWN, CHANGE_NOT_LATEST.
 */
export async function rollbackChange(
  store: Store,
  changeId: string,
  options: RollbackOptions,
  ids: Ids,
  now: number,
  onStep?: (done: number, total: number) => void,
): Promise<{ readonly sessions: number }> {
  await beginRollback(store, changeId, options, now);
  const steps = (await store.all(listChangeSteps, { change_id: changeId })).toReversed();
  let sessions = 0;
  for (const [index, { number }] of steps.entries()) {
    sessions += await undoStep(store, changeId, number, options, ids, now);
    onStep?.(index + 1, steps.length);
  }
  await moveBegun(store, changeId, options, ids, now);
  await store.run(settleChange, { id: changeId, state: "undone", settled_at: now });
  return { sessions };
}
