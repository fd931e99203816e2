import { ContinuoError } from "../../domain/errors.ts";
import type { RoutingSource } from "../../routing/source.ts";
import type { Executor } from "../../store/store.ts";
import type { ChangeRow } from "../../store/tables.ts";
import { findChange } from "../../store/statements/find-change.ts";
import { findInForce } from "../../store/statements/find-in-force.ts";
import { insertChangeStep } from "../../store/statements/insert-change-step.ts";
import { listChanges } from "../../store/statements/list-changes.ts";
import { listChangesInState } from "../../store/statements/list-changes-in-state.ts";
import { listChangeSteps } from "../../store/statements/list-change-steps.ts";
import { putChange } from "../../store/statements/put-change.ts";
import { putInForce } from "../../store/statements/put-in-force.ts";
import { settleChange } from "../../store/statements/settle-change.ts";
import type { PlannedStep } from "./plan-types.ts";
import type { Mode } from "./types.ts";
import type { StepPlan } from "./undo.ts";

export interface NewChange {
  /** Sorts by time. */
  readonly id: string;
  readonly cause: "config" | "people";
  readonly mode: Mode;
  readonly at: number;
  /** JSON of the caller's: what it needs to build the routing of before and of after again, and to put it back. */
  readonly before: string;
  readonly after: string;
  readonly summary: string;
  readonly steps: readonly PlannedStep[];
  /** The routing that decides from now on, as `routingPart` gives it. */
  readonly inForce: RoutingSource;
}

/** A change that was begun and has not ended, as it stood when the process did. */
export interface OpenChange {
  readonly change: ChangeRow;
  readonly steps: readonly { readonly number: number; readonly session_key: string; readonly state: string }[];
}

/** Writes down what is about to be done, all of it at once: whoever is killed afterwards finds it again. */
export async function beginChange(tx: Executor, { steps, inForce, ...change }: NewChange): Promise<void> {
  await tx.run(putChange, { ...change, state: "applying", settled_at: null });
  for (const { number, sources } of steps) {
    const plan: StepPlan = sources.length === 0 ? { kind: "waiting" } : { kind: "sessions", sources };
    await tx.run(insertChangeStep, { change_id: change.id, number, session_key: sources[0] ?? "", state: "planned", undo: JSON.stringify(plan) });
  }
  await setInForce(tx, inForce, change.at);
}

export async function changeOf(store: Executor, id: string): Promise<ChangeRow> {
  const change = await store.get(findChange, { id });
  if (change === undefined) throw new ContinuoError("CHANGE_UNKNOWN", `There is no change ${id}.`);
  return change;
}

/** Ends a change all of whose steps are done. Errors: CHANGE_UNKNOWN; CHANGE_STALE when a step is not. */
export async function finishChange(store: Executor, id: string, now: number): Promise<void> {
  const { state } = await changeOf(store, id);
  if (state === "applied") return;
  const open = (await store.all(listChangeSteps, { change_id: id })).filter((step) => step.state === "planned");
  if (state !== "applying" || open.length > 0) throw new ContinuoError("CHANGE_STALE", `The change ${id} is ${state}, with ${open.length} steps to be done.`);
  await store.run(settleChange, { id, state: "applied", settled_at: now });
}

const MOST_OPEN = 100;

/** Changes that a process left in the middle: those that were being applied, and those that were being taken back. */
export async function listOpenChanges(store: Executor): Promise<OpenChange[]> {
  const open: OpenChange[] = [];
  for (const state of ["applying", "undoing"]) {
    for (const change of await store.all(listChangesInState, { state, limit: MOST_OPEN })) {
      open.push({ change, steps: await store.all(listChangeSteps, { change_id: change.id }) });
    }
  }
  return open.toSorted((a, b) => (a.change.id < b.change.id ? -1 : 1));
}

/** What was changed, newest first, whatever became of it. */
export function readChanges(store: Executor, limit: number): Promise<ChangeRow[]> {
  return store.all(listChanges, { limit });
}

/** The newest change that is in force, wholly or in part; null when there is none to take back. */
export async function latestChange(store: Executor): Promise<ChangeRow | null> {
  const newest: ChangeRow[] = [];
  for (const state of ["applying", "applied", "undoing"]) newest.push(...(await store.all(listChangesInState, { state, limit: 1 })));
  return newest.toSorted((a, b) => (a.id < b.id ? 1 : -1))[0] ?? null;
}

const ROUTING = "routing";

/** The routing that decides at the moment; null before anything was written down. */
export async function readInForce(store: Executor): Promise<RoutingSource | null> {
  const row = await store.get(findInForce, { name: ROUTING });
  return row === undefined ? null : (JSON.parse(row.value) as RoutingSource);
}

const DISMISSED = "dismissed";

/** What of the file was taken back: it is not made again by itself, however often the file is read. */
export async function isDismissed(store: Executor, routing: RoutingSource): Promise<boolean> {
  return (await store.get(findInForce, { name: DISMISSED }))?.value === JSON.stringify(routing);
}

/** Remembers what was taken back; null forgets it. */
export async function setDismissed(tx: Executor, routing: RoutingSource | null, now: number): Promise<void> {
  await tx.run(putInForce, { name: DISMISSED, value: JSON.stringify(routing), since: now });
}

/** Writes down what decides, beside the conversations that follow it, or where none has to. */
export async function setInForce(tx: Executor, routing: RoutingSource, now: number): Promise<void> {
  await tx.run(putInForce, { name: ROUTING, value: JSON.stringify(routing), since: now });
}

/** From here on a change is being taken back: what decided before it decides again. */
export async function markUndoing(tx: Executor, id: string, routing: RoutingSource, now: number): Promise<void> {
  await tx.run(settleChange, { id, state: "undoing", settled_at: null });
  await setInForce(tx, routing, now);
}
