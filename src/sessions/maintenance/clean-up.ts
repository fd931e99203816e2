import { setTimeout as rest } from "node:timers/promises";
import { BETWEEN_PASSES_MS, createSteps, type MaintenanceParts } from "./pass.ts";

/** Between two steps of a pass that somebody waits for: who talks meanwhile is let in. */
const REST_MS = 5;

export interface CleanedUp {
  readonly removed: number;
}

/** One whole pass at once, over one agent or all, by somebody's wish (spec 6.4). */
export async function cleanUp(parts: MaintenanceParts, agentId: string | null): Promise<CleanedUp> {
  let removed = 0;
  const onRemoved: MaintenanceParts["onRemoved"] = (conversations) => {
    removed += new Set(conversations.map(({ key }) => key)).size;
    parts.onRemoved(conversations);
  };
  const { step } = createSteps({ ...parts, onRemoved }, agentId);
  while ((await step()) < BETWEEN_PASSES_MS) await rest(REST_MS);
  return { removed };
}
