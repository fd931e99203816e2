import type { ChannelLog } from "../../domain/channel.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Ids } from "../../domain/ids.ts";
import type { ChatKind } from "../../domain/message.ts";
import type { Store } from "../../store/store.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { findTrash } from "../../store/statements/find-trash.ts";
import { dropLoneAsides } from "../../store/statements/drop-lone-asides.ts";
import { findTrashUnderWay } from "../../store/statements/find-trash-under-way.ts";
import { listAgentTrash } from "../../store/statements/list-agent-trash.ts";
import { pageAsides } from "../../store/statements/page-asides.ts";
import { pageOldestSessions, type OldSession } from "../../store/statements/page-oldest-sessions.ts";
import type { TrashRow } from "../../store/tables.ts";
import { bytesTarget, isYoung, reasonToRemove, SWEEPS, type Candidate, type Held, type Limits, type Reason, type Sweep } from "./plan.ts";
import { purge, purgeOn } from "./purge.ts";
import { moveOn, removeSession, type Moved } from "./remove.ts";
import { restoreOn } from "./restore.ts";
import { createSurvey, type Survey } from "./survey.ts";
import { createWarnings, type Warnings } from "./warn.ts";

export interface MaintenanceSettings {
  readonly mode: "warn" | "enforce";
  readonly limits: Limits;
  /** Sessions that are never removed: the agents' main sessions. */
  isMain(key: string, agentId: string): boolean;
  /** One more that is kept (spec 6.4, `--active-key`), and whether those whose conversation is missing go. */
  readonly activeKey?: string | null;
  readonly fixMissing?: boolean;
}

export interface MaintenanceParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: ChannelLog;
  /** Read anew at each step. */
  settings(): MaintenanceSettings;
  /** Conversations that are not there any more. */
  onRemoved(conversations: Moved["conversations"]): void;
  /** It goes round by itself: the sessions of runs go in mode `warn`, too. Default: somebody asked for what the mode allows. */
  readonly reaps?: boolean;
}

/** One pass over everything, and where it has come to. */
interface Pass {
  readonly survey: Survey;
  isCounted: boolean;
  agents: string[];
  sweep: Sweep;
  /** What the agent's bytes come down to, once they were over. */
  target: number | null;
  after: { readonly at: number; readonly key: string };
  /** How far it was looked for what stands beside nothing; null: to the end. */
  asides: string | null;
}

/** So many sessions are removed side by side, each in a transaction of its own that waits for nobody else's. */
const SIDE_BY_SIDE = 20;
/** How long to rest between two steps, and between two passes. */
export const BETWEEN_STEPS_MS = 50;
export const BETWEEN_PASSES_MS = 3_600_000;
export const START = { at: -1, key: "" };
export const NOBODY: Held = { sessions: 0, bytes: 0 };

/** A session as the plan looks at it. */
export function candidateOf({ key, chat_kind: chatKind, updated_at: updatedAt }: OldSession): Candidate {
  return { key, chatKind: chatKind as ChatKind, updatedAt };
}

/** Sessions that stay whatever the limits are; what is under way in one is asked when it is about to go. */
function isProtected(found: OldSession, agentId: string, { isMain, activeKey }: MaintenanceSettings): boolean {
  return found.pinned_at !== null || found.key === activeKey || isMain(found.key, agentId);
}

/** Why one of a page goes, with what the agent holds at that moment; null when it stays. */
export function reasonFor(found: OldSession, agentId: string, sweep: Sweep, held: Held, target: number, settings: MaintenanceSettings, now: number): Reason | null {
  if (isProtected(found, agentId, settings)) return null;
  if (sweep === "age" && settings.fixMissing === true && found.whole === 0) return "missing";
  return reasonToRemove(sweep, candidateOf(found), held, target, settings.limits, now);
}

interface Chosen {
  readonly found: OldSession;
  readonly reason: Reason;
}

/** A pass that was cut off, here or on another gateway, is taken up where it stopped. */
async function finish(parts: MaintenanceParts, { id, session_key }: TrashRow): Promise<void> {
  const { store, clock } = parts;
  const moved = await store.transaction(async (tx) => {
    const row = await tx.get(findTrash, { id });
    if (row?.state === "moving") return moveOn(tx, row);
    if (row?.state === "purging") await purgeOn(tx, row);
    if (row?.state === "restoring") await restoreOn(tx, row, clock.now());
    return null;
  }, session_key);
  if (moved !== null) parts.onRemoved(moved.conversations);
}

/** Makes room among what was removed before: what is too old, and the oldest while there is too much. */
async function purgeSome({ store, clock }: MaintenanceParts, agentId: string, { survey }: Pass, limits: Limits, target: number, only: Reason | "" = ""): Promise<boolean> {
  let bytes = survey.held.get(agentId)?.bytes ?? 0;
  const now = clock.now();
  const before = now - limits.trashRetention;
  const chosen: { readonly row: TrashRow; readonly reason: "retention" | "disk-budget" }[] = [];
  for (const row of await store.all(listAgentTrash, { agent: agentId, reason: only, before, limit: SIDE_BY_SIDE })) {
    const isOld = row.at < before;
    if (!isOld && bytes <= target) break;
    chosen.push({ row, reason: isOld ? "retention" : "disk-budget" });
    bytes -= row.bytes;
  }
  const purged = await Promise.all(chosen.map(({ row, reason }) => store.transaction((tx) => purge(tx, row.id, reason, now), row.session_key)));
  for (const [index, { row }] of chosen.entries()) if (purged[index]) survey.add(agentId, { sessions: 0, bytes: -row.bytes });
  return purged.includes(true);
}

/** Removes what goes of the next page; false when no more of this agent's sessions can. */
async function removeSome(parts: MaintenanceParts, agentId: string, current: Pass, settings: MaintenanceSettings, target: number): Promise<boolean> {
  const { store, clock, ids } = parts;
  const { survey, after } = current;
  const now = clock.now();
  const page = await store.all(pageOldestSessions, { agent: agentId, after_at: after.at, after_key: after.key, limit: SIDE_BY_SIDE });
  const chosen: Chosen[] = [];
  let held = current.sweep === "age" ? NOBODY : (survey.held.get(agentId) ?? NOBODY);
  for (const found of page) {
    const reason = reasonFor(found, agentId, current.sweep, held, target, settings, now);
    if (reason === null) continue;
    chosen.push({ found, reason });
    held = { sessions: held.sessions - 1, bytes: held.bytes - found.bytes };
  }
  const moved = await Promise.all(chosen.map(({ found, reason }) => store.transaction((tx) => removeSession(tx, found, reason, ids.next(), now), found.key)));
  for (const [index, one] of moved.entries()) {
    const key = chosen[index]?.found.key ?? "";
    // Somebody else may have removed it meanwhile: then nothing else has to go for its room.
    if (one !== null) survey.add(agentId, { sessions: -1, bytes: one.kept - one.freed });
    else if ((await store.get(findSession, { key })) === undefined) survey.add(agentId, { sessions: -1, bytes: 0 });
    if (one !== null) parts.onRemoved(one.conversations);
  }
  const last = page.at(-1);
  if (last === undefined) return false;
  current.after = { at: last.updated_at, key: last.key };
  const left = survey.held.get(agentId) ?? NOBODY;
  if (current.sweep === "age") return settings.fixMissing === true || !isYoung(last.updated_at, settings.limits, now);
  return left.sessions > settings.limits.maxEntries || left.bytes > target;
}

/** A job makes sessions by itself, as often as it runs: those go when they are over, whatever the mode (spec 6.3). */
async function reap(parts: MaintenanceParts, found: OldSession, survey: Survey, agentId: string): Promise<void> {
  const { store, clock, ids } = parts;
  const one = await store.transaction((tx) => removeSession(tx, found, "cron-retention", ids.next(), clock.now()), found.key);
  if (one === null) return;
  survey.add(agentId, { sessions: -1, bytes: one.kept - one.freed });
  parts.onRemoved(one.conversations);
}

/** The next page of what would go, in mode `warn`; false when there is no more to name. */
async function nameSome(parts: MaintenanceParts, agentId: string, current: Pass, settings: MaintenanceSettings, warnings: Warnings): Promise<boolean> {
  const { store, clock } = parts;
  const { after, sweep, survey } = current;
  const page = await store.all(pageOldestSessions, { agent: agentId, after_at: after.at, after_key: after.key, limit: SIDE_BY_SIDE });
  let held = survey.held.get(agentId) ?? NOBODY;
  let isOver = false;
  for (const found of page) {
    const reason = reasonFor(found, agentId, sweep, sweep === "age" ? NOBODY : held, bytesTarget(held.bytes, settings.limits), settings, clock.now());
    if (reason === null) continue;
    isOver = true;
    if (reason === "cron-retention" && parts.reaps === true) {
      await reap(parts, found, survey, agentId);
      continue;
    }
    warnings.name(found, reason, settings);
    held = { sessions: held.sessions - 1, bytes: held.bytes - found.bytes };
    survey.add(agentId, { sessions: -1, bytes: -found.bytes });
  }
  const last = page.at(-1);
  if (last === undefined) return false;
  current.after = { at: last.updated_at, key: last.key };
  return sweep === "age" ? !isYoung(last.updated_at, settings.limits, clock.now()) : isOver;
}

async function warnOf(parts: MaintenanceParts, agentId: string, current: Pass, settings: MaintenanceSettings, warnings: Warnings): Promise<boolean> {
  // Whoever deleted something wants it gone, whatever is done with the rest.
  if (await purgeSome(parts, agentId, current, settings.limits, Number.MAX_SAFE_INTEGER, "deleted")) return true;
  if (current.sweep === "age" && current.after === START) await warnings.count(agentId, current.survey.held.get(agentId) ?? NOBODY, settings);
  return nameSome(parts, agentId, current, settings, warnings);
}

async function tidy(parts: MaintenanceParts, agentId: string, current: Pass, warnings: Warnings): Promise<boolean> {
  const settings = parts.settings();
  const held = current.survey.held.get(agentId) ?? NOBODY;
  if (settings.mode === "warn") return warnOf(parts, agentId, current, settings, warnings);
  const isOver = held.bytes > (settings.limits.maxDiskBytes ?? Number.MAX_SAFE_INTEGER);
  if (isOver) current.target = bytesTarget(held.bytes, settings.limits);
  const target = current.target ?? Number.MAX_SAFE_INTEGER;
  return (await purgeSome(parts, agentId, current, settings.limits, target)) || (await removeSome(parts, agentId, current, settings, target));
}

const ASIDES_AT_ONCE = 200;

/** What a purge of an older version, or one that was cut off, has left of entries that are gone for good. */
async function dropLone({ store }: MaintenanceParts, current: Pass): Promise<void> {
  const after = current.asides ?? "";
  const page = await store.all(pageAsides, { after, limit: ASIDES_AT_ONCE });
  const through = page.at(-1)?.entry_id;
  if (through !== undefined) await store.run(dropLoneAsides, { after, through });
  current.asides = page.length < ASIDES_AT_ONCE ? null : (through ?? null);
}

/** To the next sweep over this agent's sessions, or to the next agent. */
function goOn(current: Pass): void {
  const next = SWEEPS[SWEEPS.indexOf(current.sweep) + 1];
  if (next !== undefined) Object.assign(current, { sweep: next, after: START });
  else Object.assign(current, { agents: current.agents.slice(1), sweep: SWEEPS[0], target: null, after: START });
}

/**
 * The steps of a pass; each is bounded, and says how long to rest after it, ms (law 8). `only`: the one agent that is gone
 * over. `BETWEEN_PASSES_MS`: the pass is at its end, and the next step begins another.
 */
export function createSteps(parts: MaintenanceParts, only: string | null = null): { step(): Promise<number> } {
  const { store } = parts;
  const warnings = createWarnings(parts);
  let pass: Pass | null = null;

  const walk = async (current: Pass): Promise<number> => {
    if (!current.isCounted) {
      current.isCounted = await current.survey.step();
      current.agents = current.isCounted ? [...current.survey.held.keys()].filter((agentId) => only === null || agentId === only) : [];
      return BETWEEN_STEPS_MS;
    }
    const [agentId] = current.agents;
    if (agentId === undefined && current.asides !== null && only === null) {
      await dropLone(parts, current);
      return BETWEEN_STEPS_MS;
    }
    if (agentId === undefined) {
      pass = null;
      return BETWEEN_PASSES_MS;
    }
    if (!(await tidy(parts, agentId, current, warnings))) goOn(current);
    return BETWEEN_STEPS_MS;
  };

  return {
    async step() {
      const open = await store.get(findTrashUnderWay, {});
      if (open !== undefined) {
        await finish(parts, open);
        return BETWEEN_STEPS_MS;
      }
      pass ??= { survey: await createSurvey(store), isCounted: false, agents: [], sweep: SWEEPS[0], target: null, after: START, asides: "" };
      return walk(pass);
    },
  };
}
