import { join } from "node:path";
import { z } from "zod";
import { isContinuoError } from "../domain/errors.ts";
import { cleanUp, previewCleanup, type CleanupPreview, type MaintenanceSettings, type PlannedAction } from "../sessions/maintenance/index.ts";
import { kindOfSession } from "../sessions/kinds.ts";
import type { ChatKind } from "../domain/message.ts";
import { countAgentSessions } from "../store/statements/count-agent-sessions.ts";
import { define } from "./define.ts";
import type { Services } from "./services.ts";

/** The names that spec 6.4 has for what is done with a session. */
const ACTIONS: Readonly<Record<PlannedAction["reason"], string>> = {
  missing: "prune-missing",
  stale: "prune-stale",
  "cron-retention": "prune-stale",
  "cap-overflow": "cap-overflow",
  "disk-budget": "evict-budget",
};

/** What one answer lists of what would be removed, over all agents; the rest is counted. */
const MOST_ACTIONS = 1_000;

const quiet = { info: () => undefined, debug: () => undefined, warn: () => undefined, error: () => undefined };

function lineOf(action: string, { key, updated_at: updatedAt, session_id: sessionId, chat_kind: chatKind, model_override: chosen, model_last: last }: PlannedAction["found"]) {
  const model = last ?? chosen;
  return { action, key, updatedAt, sessionId, kind: kindOfSession(key, chatKind as ChatKind), model: model === null ? null : model.slice(model.indexOf("/") + 1) };
}

function budgetOf({ budget, before, after, removals }: CleanupPreview) {
  if (budget === null) return null;
  return {
    totalBytesBefore: before.bytes,
    totalBytesAfter: after.bytes,
    removedFiles: 0,
    removedEntries: removals.filter(({ reason }) => reason === "disk-budget").length,
    freedBytes: before.bytes - after.bytes,
    maxBytes: budget.max,
    highWaterBytes: budget.highWater,
    overBudget: before.bytes > budget.max,
  };
}

interface How {
  readonly mode: "warn" | "enforce";
  readonly dryRun: boolean;
}

/** `room`: how many actions it may list. */
function storeOf({ facts }: Services, preview: CleanupPreview, how: How, room: number) {
  const { agentId, before, after, removals, kept } = preview;
  const count = (...actions: readonly string[]): number => removals.filter(({ reason }) => actions.includes(ACTIONS[reason])).length;
  return {
    agentId,
    storePath: join(facts.stateDir, "agents", agentId, "sessions", "sessions.json"),
    ...how,
    beforeCount: before.sessions,
    afterCount: after.sessions,
    missing: count("prune-missing"),
    pruned: count("prune-stale"),
    capped: count("cap-overflow"),
    diskBudget: budgetOf(preview),
    wouldMutate: removals.length > 0,
    actions: removals.slice(0, room).map(({ found, reason }) => lineOf(ACTIONS[reason], found)),
    moreActions: Math.max(0, removals.length - room),
    /** The newest of those that stay. */
    kept: kept.map((found) => lineOf("keep", found)),
  };
}

function storesOf(services: Services, previews: readonly CleanupPreview[], how: How) {
  let room = MOST_ACTIONS;
  return previews.map((preview) => {
    const store = storeOf(services, preview, how, room);
    room -= store.actions.length;
    return store;
  });
}

/** A key that is no session's, or none at all, keeps nothing. */
function activeKeyOf({ settings }: Services, typed: string | undefined): string | null {
  if (typed === undefined) return null;
  try {
    return settings.keyOf(typed, null);
  } catch (error) {
    if (isContinuoError(error) && error.code === "SESSION_KEY_INVALID") return typed;
    throw error;
  }
}

async function apply(services: Services, settings: MaintenanceSettings, agentId: string | null): Promise<void> {
  const { store, clock, ids, live } = services;
  await cleanUp({ store, clock, ids, log: quiet, settings: () => settings, onRemoved: (conversations) => live?.tell.conversationsMoved(conversations) }, agentId);
}

export const sessionsCleanup = define({
  name: "sessions.cleanup",
  scope: "admin",
  input: z.object({
    dryRun: z.boolean().default(false),
    enforce: z.boolean().default(false),
    fixMissing: z.boolean().default(false),
    activeKey: z.string().min(1).max(512).optional(),
    agentId: z.string().min(1).max(64).optional(),
    allAgents: z.boolean().default(false),
  }),
  example: { dryRun: true },
  /** Looks what maintenance would remove, as if it enforced its limits, and removes it where it does (spec 6.4). */
  async run(services, { dryRun, enforce, fixMissing, activeKey, agentId, allAgents }) {
    const configured = services.settings.maintenance();
    const mode = enforce ? "enforce" : configured.mode;
    const settings: MaintenanceSettings = { ...configured, mode, fixMissing, activeKey: activeKeyOf(services, activeKey) };
    const only = allAgents ? null : (agentId?.toLowerCase() ?? services.settings.agents().defaultId);
    const planned = storesOf(services, await previewCleanup(services, only, settings), { mode, dryRun });
    const isApplied = !dryRun && mode === "enforce";
    if (isApplied) await apply(services, settings, only);
    const stores = await Promise.all(
      planned.map(async (store) => {
        if (dryRun) return store;
        const left = (await services.store.get(countAgentSessions, { agent: store.agentId, since: 0 }))?.count ?? 0;
        return { ...store, afterCount: left, applied: true, appliedCount: left };
      }),
    );
    return { ts: services.clock.now(), mode, dryRun, enforced: isApplied, stores };
  },
});
