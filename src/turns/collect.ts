import type { ClaimedTurn } from "./claim.ts";
import type { Lane, WorkerParts } from "./lane.ts";

/** Messages that queued during the run: wait until no more have come for the debounce time (spec 12.2). */
export async function collect(parts: WorkerParts, last: ClaimedTurn, lane: Lane, stopping: AbortSignal): Promise<void> {
  const debounceMs = parts.debounceMs(last.turn.reply.address.channel);
  for (;;) {
    const wait = lane.wokenAt + debounceMs - parts.clock.now();
    if (wait <= 0 || stopping.aborted) return;
    await parts.pause(wait, stopping).catch(() => undefined);
  }
}
