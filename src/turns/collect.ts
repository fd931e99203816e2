import type { ClaimedTurn } from "./claim.ts";
import type { Lane, WorkerParts } from "./lane.ts";

/** How many debounce times a turn waits at most: whoever writes without a pause is answered too. */
const MOST_WAITS = 10;

/** Messages that queued during the run: wait until no more have come for the debounce time (spec 12.2). */
export async function collect(parts: WorkerParts, last: ClaimedTurn, lane: Lane, stopping: AbortSignal): Promise<void> {
  const { mode, debounceMs } = last.queue;
  if (mode !== "collect") return;
  const until = parts.clock.now() + MOST_WAITS * debounceMs;
  for (;;) {
    const wait = Math.min(until, lane.wokenAt + debounceMs) - parts.clock.now();
    // A wait that is longer than asked for means that the clock was set back: nobody is to sit that out.
    if (wait <= 0 || wait > debounceMs || stopping.aborted) return;
    await parts.models.pause(wait, stopping).catch(() => undefined);
  }
}
