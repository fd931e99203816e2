import { ContinuoError } from "../../domain/errors.ts";
import type { Ids } from "../../domain/ids.ts";
import type { Executor, Store } from "../../store/store.ts";
import type { ParticipantRow, SessionRow } from "../../store/tables.ts";
import { deleteSession } from "../../store/statements/delete-session.ts";
import { findChangeStep } from "../../store/statements/find-change-step.ts";
import { recordEvent } from "../../store/ledger.ts";
import { putSession } from "../../store/statements/put-session.ts";
import { settleChangeStep } from "../../store/statements/settle-change-step.ts";
import { mainTarget, targetsOf } from "./assign.ts";
import { writeAliases } from "./aliases.ts";
import { settle, sweep, type Sorting } from "./conversations.ts";
import { distribute, isUntouched, readSources, type Gathering, type Source } from "./gather.ts";
import { moveSettled, rerouteWaiting } from "./items.ts";
import { replaceParticipants, together } from "./participants.ts";
import { idsOf, moveRunning, readRunning, type Sorter } from "./running.ts";
import { targetRow, type Contribution } from "./session-row.ts";
import { planOf, type ItemsBefore, type SessionsUndo, type StepUndo } from "./undo.ts";
import { breathe, type Affected, type Items, type Routing, type RunningTurns } from "./types.ts";

export interface StepOptions extends Routing {
  readonly items: Items;
  readonly turns: RunningTurns;
  /** Why it is done, in words that begin with "because": in the line that people see. */
  readonly because: string;
}

export interface Step extends StepOptions {
  readonly tx: Executor;
  readonly changeId: string;
  readonly number: number;
  readonly ids: Ids;
  readonly now: number;
}

/** What each session gives to each key, whatever it is: people, or words that nobody in particular has said. */
function contributionsOf(sources: readonly Source[], gatherings: readonly Gathering[]): Map<string, Contribution[]> {
  const giving = new Map<string, Set<Source>>(gatherings.map(({ key, currents, ended }) => [key, new Set([...currents, ...ended].map(({ source }) => source))]));
  for (const source of sources) for (const key of targetsOf(source.assignment)) giving.get(key)?.add(source);
  const everybody = new Map(sources.map((source) => [source, [...source.assignment.placements.values()]]));
  const principal = new Map(sources.map((source) => [source, mainTarget(source.assignment)]));
  const here = new Map([...everybody].map(([source, all]) => [source, Map.groupBy(all, ({ target }) => target)]));
  const contributionOf = (source: Source, key: string): Contribution => ({
    row: source.row,
    whole: source.assignment.home === key,
    principal: principal.get(source) === key,
    here: here.get(source)?.get(key) ?? [],
    everybody: everybody.get(source) ?? [],
  });
  return new Map([...giving].map(([key, theirs]) => [key, [...theirs].map((source) => contributionOf(source, key))]));
}

/** The rows that the targets are to have, but for the session ids that are current in them. */
function targetRows(contributions: ReadonlyMap<string, readonly Contribution[]>): Map<string, SessionRow> {
  return new Map([...contributions].map(([key, theirs]) => [key, targetRow(key, "", theirs)]));
}

async function moveParticipants({ tx }: Step, sources: readonly Source[], keys: Iterable<string>): Promise<ParticipantRow[]> {
  const rows = sources.flatMap(({ assignment }) => [...assignment.placements.values()].map(({ row, target }) => ({ ...row, session_key: assignment.home ?? target })));
  const moved = together(rows);
  await replaceParticipants(tx, keys, moved);
  return moved;
}

/** Turns that nobody runs go where those who asked go. */
function sorterOf(sources: ReadonlyMap<string, Source>): Sorter {
  return {
    side: "after",
    placementOf: (key, speaker) => sources.get(key)?.assignment.placements.get(speaker),
    keyOf({ turn }, placement) {
      const assignment = sources.get(turn.session_key)?.assignment;
      return placement?.target ?? (assignment === undefined ? turn.session_key : mainTarget(assignment));
    },
  };
}

/** All that is under the keys that the step touches, from where it is to where it belongs. */
export async function moveSessions(step: Step, keys: readonly string[], affected: Affected = "all"): Promise<SessionsUndo> {
  const { tx, items } = step;
  const newestItem = await items.newest(tx);
  const found = await readSources(tx, keys, step, affected);
  const all = await distribute(tx, found);
  const untouched = new Set([...all.values()].filter((gathering) => isUntouched(gathering, found.byKey)).map(({ key }) => key));
  const gatherings = [...all.values()].filter(({ key }) => !untouched.has(key));
  const sources = [...found.byKey.values()].filter(({ row, assignment }) => assignment.home !== row.key || !untouched.has(row.key));
  const contributions = contributionsOf(sources, gatherings);
  const rows = targetRows(contributions);
  const running = await readRunning(tx, step, [...found.byKey.keys(), ...all.keys()]);
  const sorting: Sorting = { writer: step, because: step.because, kept: new Set(), emptied: new Set(), made: [], waiting: idsOf(running) };
  const settled: SessionRow[] = [];
  for (const gathering of gatherings) {
    const row = rows.get(gathering.key);
    if (row) settled.push({ ...row, session_id: await settle(sorting, gathering, row) });
    await breathe();
  }
  await sweep(sorting, sources);
  for (const { row } of sources) await tx.run(deleteSession, { key: row.key });
  for (const row of settled) await tx.run(putSession, row);
  const touched = new Set([...sources.map(({ row }) => row.key), ...rows.keys()]);
  const counted = await moveParticipants(step, sources, touched);
  const moved: ItemsBefore[] = [];
  for (const source of sources) {
    moved.push(...(await moveSettled(tx, items, source, (key) => rows.get(key)?.audience ?? source.row.audience)));
    await breathe();
  }
  const interrupted = await moveRunning(tx, step, running, sorterOf(found.byKey));
  const left = new Map(sources.filter(({ row }) => !rows.has(row.key)).map(({ row, assignment }) => [row.key, mainTarget(assignment)]));
  const aliases = await writeAliases(tx, step.changeId, left, rows.keys());
  await record(step, contributions, settled);
  return {
    kind: "sessions",
    keys: [...touched],
    sessions: sources.map(({ row }) => row),
    conversations: sources.flatMap(({ conversations }) => conversations),
    participants: sources.flatMap(({ participants }) => participants),
    counted,
    settled,
    made: sorting.made,
    aliases,
    items: [...moved, ...interrupted.items],
    turns: interrupted.turns,
    newestItem,
  };
}

/** The ledger's line for every session that came out of it (law 6). */
async function record({ tx, changeId, now }: Step, contributions: ReadonlyMap<string, readonly Contribution[]>, rows: readonly SessionRow[]): Promise<void> {
  for (const { key, session_id: sessionId } of rows) {
    const data = { changeId, sessionId, from: contributions.get(key)?.map(({ row }) => row.key) };
    await recordEvent(tx, { at: now, kind: "session.repartitioned", session_key: key, data });
  }
}

/**
 * Does one step of a change, with everything that takes it back, in one transaction; does nothing when it is done
 * already. The caller sees to it that no turn runs meanwhile. Errors: CHANGE_UNKNOWN.
 */
export async function applyStep(store: Store, changeId: string, number: number, options: StepOptions, ids: Ids, now: number): Promise<void> {
  await store.transaction(async (tx) => {
    const row = await tx.get(findChangeStep, { change_id: changeId, number });
    if (row === undefined) throw new ContinuoError("CHANGE_UNKNOWN", `The change ${changeId} has no step ${number}.`);
    if (row.state !== "planned") return;
    const plan = planOf(row.undo);
    const step: Step = { ...options, tx, changeId, number, ids, now };
    const undo: StepUndo =
      plan.kind === "sessions"
        ? await moveSessions(step, plan.sources)
        : { kind: "waiting", items: await rerouteWaiting(tx, options.items, options.before, options.after) };
    await tx.run(settleChangeStep, { change_id: changeId, number, state: "done", undo: JSON.stringify(undo), expected: "planned" });
  });
}
