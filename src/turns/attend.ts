import type { AbortReason } from "../agent/run.ts";
import { arrivals } from "./join.ts";
import type { Lane, WorkerParts } from "./lane.ts";

/**
 * Something arrived while a turn runs (spec 12.2). `interrupt` ends the turn; `steer` makes its model begin again with
 * what arrived, unless something of the answer can be seen already. Any other mode leaves it to the next turn.
 */
export function attend(parts: WorkerParts, lane: Lane): void {
  lane.again = true;
  lane.wokenAt = parts.clock.now();
  look(parts, lane).catch((error: unknown) => parts.log.error({ err: error }, "what arrived during a turn could not be looked at; it waits for the next one"));
}

async function look(parts: WorkerParts, lane: Lane): Promise<void> {
  const { claimed } = lane;
  if (claimed === null || lane.abort === null) return;
  const { joins, interrupts } = await arrivals(parts, claimed);
  // It may have ended, or begun to speak, while the inbox was read.
  if (lane.claimed?.turn.id !== claimed.turn.id) return;
  if (interrupts) lane.abort?.abort("interrupt" satisfies AbortReason);
  if (joins && !lane.spoken) lane.step?.abort("joined" satisfies AbortReason);
}
