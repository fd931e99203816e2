import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../domain/clock.ts";
import type { Store } from "../../store/store.ts";
import { findKeyTrash } from "../../store/statements/find-key-trash.ts";
import { findSessionWork } from "../../store/statements/find-session-work.ts";
import { pageOldestSessions, type OldSession } from "../../store/statements/page-oldest-sessions.ts";
import { bytesTarget, SWEEPS, type Held, type Reason } from "./plan.ts";
import { NOBODY, reasonFor, START, type MaintenanceSettings } from "./pass.ts";
import { createSurvey, type Survey } from "./survey.ts";

export interface PlannedAction {
  readonly found: OldSession;
  readonly reason: Exclude<Reason, "deleted">;
}

/** What a pass over one agent would do. */
export interface CleanupPreview {
  readonly agentId: string;
  readonly before: Held;
  readonly after: Held;
  readonly removals: readonly PlannedAction[];
  /** Of those that stay, the ones that were touched last. */
  readonly kept: readonly OldSession[];
  /** Bytes of older trash that would go for good; null without a budget. */
  readonly budget: { readonly max: number; readonly highWater: number; readonly purged: number } | null;
}

/** Each of them may be asked about more than once before others are let in. */
const PAGE = 40;
const SHOWN_KEPT = 50;

interface Walk {
  held: Held;
  target: number;
  purged: number;
}

/** Over its budget an agent gives up its trash first. */
function makeRoom(walk: Walk, trash: number, settings: MaintenanceSettings): void {
  const { maxDiskBytes } = settings.limits;
  if (maxDiskBytes === null || walk.held.bytes <= maxDiskBytes) return;
  walk.target = bytesTarget(walk.held.bytes, settings.limits);
  walk.purged = Math.min(trash, walk.held.bytes - walk.target);
  walk.held = { ...walk.held, bytes: walk.held.bytes - walk.purged };
}

/** What a removal asks once more when it begins: something is under way, or it was restored a while ago. */
async function isKept(store: Store, key: string): Promise<boolean> {
  if ((await store.get(findSessionWork, { session_key: key })) !== undefined) return true;
  return (await store.get(findKeyTrash, { session_key: key, state: "restored" })) !== undefined;
}

async function sweepOver(store: Store, agentId: string, each: (found: OldSession) => Promise<void>): Promise<void> {
  for (let after = START; ; ) {
    const page = await store.all(pageOldestSessions, { agent: agentId, after_at: after.at, after_key: after.key, limit: PAGE });
    for (const found of page) await each(found);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = { at: last.updated_at, key: last.key };
    await nextTurn();
  }
}

async function previewAgent(store: Store, now: number, agentId: string, survey: Survey, settings: MaintenanceSettings): Promise<CleanupPreview> {
  const before = survey.held.get(agentId) ?? NOBODY;
  const walk: Walk = { held: before, target: Number.MAX_SAFE_INTEGER, purged: 0 };
  const removals = new Map<string, PlannedAction>();
  let kept: OldSession[] = [];
  for (const sweep of SWEEPS) {
    if (sweep !== "age") makeRoom(walk, (survey.trash.get(agentId) ?? 0) - walk.purged, settings);
    kept = [];
    await sweepOver(store, agentId, async (found) => {
      if (removals.has(found.key)) return;
      const reason = reasonFor(found, agentId, sweep, sweep === "age" ? NOBODY : walk.held, walk.target, settings, now);
      if (reason === null || reason === "deleted" || (await isKept(store, found.key))) {
        kept.push(found);
        if (kept.length > SHOWN_KEPT) kept.shift();
        return;
      }
      removals.set(found.key, { found, reason });
      walk.held = { sessions: walk.held.sessions - 1, bytes: walk.held.bytes - found.bytes - survey.unwritten(found.key) };
    });
  }
  const { maxDiskBytes: max, highWaterBytes } = settings.limits;
  const budget = max === null ? null : { max, highWater: highWaterBytes ?? max, purged: walk.purged };
  return { agentId, before, after: walk.held, removals: [...removals.values()], kept: kept.toReversed(), budget };
}

/** What a pass would remove now, by the same reasons as the pass itself; nothing is written (spec 6.4, `--dry-run`). */
export async function previewCleanup({ store, clock }: { readonly store: Store; readonly clock: Clock }, agentId: string | null, settings: MaintenanceSettings): Promise<CleanupPreview[]> {
  const survey = await createSurvey(store, false);
  while (!(await survey.step())) await nextTurn();
  const agents = agentId === null ? [...survey.held.keys()] : [agentId];
  const previews: CleanupPreview[] = [];
  for (const id of agents) previews.push(await previewAgent(store, clock.now(), id, survey, settings));
  return previews;
}
