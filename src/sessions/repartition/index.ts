/** History follows its people when a scope, a link or a binding changes (law 7): plan, apply, take back. */
export { dropAliases, loadAliases, resolveAlias } from "./aliases.ts";
export { beginChange, finishChange, isDismissed, latestChange, listOpenChanges, markUndoing, readChanges, readInForce, setDismissed, setInForce, type NewChange, type OpenChange } from "./change.ts";
export { planChange, type PlanOptions } from "./plan.ts";
export type { ChangedSetting, NewReader, Plan, PlannedChange, PlannedSession, PlannedStep, PlannedTarget } from "./plan-types.ts";
export type { Probe } from "./readers.ts";
export { rollbackChange, type RollbackOptions } from "./rollback.ts";
export type { Concerned } from "./survey.ts";
export { applyStep, type StepOptions } from "./step.ts";
export type { Affected, Items, Mains, Mode, Router, Routing } from "./types.ts";
