import type { ChannelLog } from "../../domain/channel.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Ids } from "../../domain/ids.ts";
import type { Store } from "../../store/store.ts";
import { countAgentSessions } from "../../store/statements/count-agent-sessions.ts";
import { findTrash } from "../../store/statements/find-trash.ts";
import { findTrashUnderWay } from "../../store/statements/find-trash-under-way.ts";
import { listAgentTrash } from "../../store/statements/list-agent-trash.ts";
import { pageOldestSessions, type OldSession } from "../../store/statements/page-oldest-sessions.ts";
import type { TrashRow } from "../../store/tables.ts";
import { bytesTarget, isYoung, reasonToRemove, type Held, type Limits, type Reason } from "./plan.ts";
import { purge, purgeOn } from "./purge.ts";
import { moveOn, removeSession, type Moved } from "./remove.ts";
import { restoreOn } from "./restore.ts";
import { createSurvey, type Survey } from "./survey.ts";

export interface MaintenanceSettings {
  readonly mode: "warn" | "enforce";
  readonly limits: Limits;
  /** Sessions that are never removed: the agents' main sessions. */
  isMain(key: string, agentId: string): boolean;
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
}

/** One pass over everything, and where it has come to. */
interface Pass {
  readonly survey: Survey;
  isCounted: boolean;
  agents: string[];
  /** First what is too old goes, so that nothing else goes for the room that it takes. */
  sweep: "age" | "excess";
  /** What the agent's bytes come down to, once they were over. */
  target: number | null;
  after: { readonly at: number; readonly key: string };
}

/** So many sessions are removed side by side, each in a transaction of its own that waits for nobody else's. */
const SIDE_BY_SIDE = 20;
const FIRST_MS = 10_000;
const BETWEEN_STEPS_MS = 50;
const BETWEEN_PASSES_MS = 3_600_000;
const START = { at: -1, key: "" };
const NOBODY: Held = { sessions: 0, bytes: 0 };

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
async function purgeSome({ store, clock }: MaintenanceParts, agentId: string, { survey }: Pass, limits: Limits, target: number): Promise<boolean> {
  let bytes = survey.held.get(agentId)?.bytes ?? 0;
  const now = clock.now();
  const before = now - limits.trashRetention;
  const chosen: { readonly row: TrashRow; readonly reason: "retention" | "disk-budget" }[] = [];
  for (const row of await store.all(listAgentTrash, { agent: agentId, before, limit: SIDE_BY_SIDE })) {
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
    const reason = settings.isMain(found.key, agentId) ? null : reasonToRemove({ key: found.key, updatedAt: found.updated_at }, held, target, settings.limits, now);
    if (reason === null) continue;
    chosen.push({ found, reason });
    held = { sessions: held.sessions - 1, bytes: held.bytes - found.bytes };
  }
  const moved = await Promise.all(chosen.map(({ found, reason }) => store.transaction((tx) => removeSession(tx, found, reason, ids.next(), now), found.key)));
  for (const one of moved) {
    if (one === null) continue;
    survey.add(agentId, { sessions: -1, bytes: one.kept - one.freed });
    parts.onRemoved(one.conversations);
  }
  const last = page.at(-1);
  if (last === undefined) return false;
  current.after = { at: last.updated_at, key: last.key };
  const left = survey.held.get(agentId) ?? NOBODY;
  if (current.sweep === "age") return !isYoung(last.updated_at, settings.limits, now);
  return left.sessions > settings.limits.maxEntries || left.bytes > target;
}

async function warn({ store, clock, log }: MaintenanceParts, agentId: string, { sessions, bytes }: Held, { maxEntries, maxDiskBytes, pruneAfter }: Limits): Promise<void> {
  const { count } = (await store.get(countAgentSessions, { agent: agentId, since: clock.now() - pruneAfter })) ?? { count: sessions };
  const over = { stale: sessions - count, overCap: Math.max(0, sessions - maxEntries), overBytes: Math.max(0, bytes - (maxDiskBytes ?? bytes)) };
  if (Object.values(over).every((figure) => figure <= 0)) return;
  log.warn({ agentId, sessions, bytes, ...over }, "session.maintenance would remove sessions; its mode is `warn`, so nothing is");
}

async function tidy(parts: MaintenanceParts, agentId: string, current: Pass): Promise<boolean> {
  const settings = parts.settings();
  const held = current.survey.held.get(agentId) ?? NOBODY;
  if (settings.mode === "warn") return current.sweep === "age" ? warn(parts, agentId, held, settings.limits).then(() => false) : false;
  const isOver = held.bytes > (settings.limits.maxDiskBytes ?? Number.MAX_SAFE_INTEGER);
  if (isOver) current.target = bytesTarget(held.bytes, settings.limits);
  const target = current.target ?? Number.MAX_SAFE_INTEGER;
  return (await purgeSome(parts, agentId, current, settings.limits, target)) || (await removeSome(parts, agentId, current, settings, target));
}

/** The steps of a pass; each is bounded, and says how long to rest after it, ms (law 8). */
export function createSteps(parts: MaintenanceParts): { step(): Promise<number> } {
  const { store } = parts;
  let pass: Pass | null = null;

  const walk = async (current: Pass): Promise<number> => {
    if (!current.isCounted) {
      current.isCounted = await current.survey.step();
      current.agents = current.isCounted ? [...current.survey.held.keys()] : [];
      return BETWEEN_STEPS_MS;
    }
    const [agentId, ...others] = current.agents;
    if (agentId === undefined) {
      pass = null;
      return BETWEEN_PASSES_MS;
    }
    if (await tidy(parts, agentId, current)) return BETWEEN_STEPS_MS;
    if (current.sweep === "age") Object.assign(current, { sweep: "excess", after: START });
    else Object.assign(current, { agents: others, sweep: "age", target: null, after: START });
    return BETWEEN_STEPS_MS;
  };

  return {
    async step() {
      const open = await store.get(findTrashUnderWay, {});
      if (open !== undefined) {
        await finish(parts, open);
        return BETWEEN_STEPS_MS;
      }
      pass ??= { survey: await createSurvey(store), isCounted: false, agents: [], sweep: "age", target: null, after: START };
      return walk(pass);
    },
  };
}

export interface Maintenance {
  start(): void;
  /** Resolves when no step is under way. */
  stop(): Promise<void>;
}

/** Keeps the sessions within their limits (spec 6): in small steps beside everything else. */
export function createMaintenance(parts: MaintenanceParts): Maintenance {
  const { step } = createSteps(parts);
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<unknown> = Promise.resolve();
  const restFor = (ms: number): void => {
    timer = setTimeout(() => {
      running = step()
        .catch((error: unknown) => {
          parts.log.warn({ err: error }, "sessions could not be tidied up; it is tried again");
          return FIRST_MS;
        })
        .then((pause) => timer !== null && restFor(pause));
    }, ms).unref();
  };
  return {
    // Whoever starts has better things to do at first.
    start: () => restFor(FIRST_MS),
    async stop() {
      if (timer) clearTimeout(timer);
      timer = null;
      await running;
    },
  };
}
