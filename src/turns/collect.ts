import type { ClaimedTurn } from "./claim.ts";
import type { Lane, WorkerParts } from "./lane.ts";

/** Messages that queued during the run: wait until no more have come for the debounce time (spec 12.2). */
export async function collect(parts: WorkerParts, last: ClaimedTurn, lane: Lane, stopping: AbortSignal): Promise<void> {
  const debounceMs = parts.debounceMs(last.turn.reply.address.channel);
  for (;;) {
    const wait = lane.wokenAt + debounceMs - parts.clock.now();
    // A wait that is longer than asked for means that the clock was set back: nobody is to sit that out.
    if (wait <= 0 || wait > debounceMs || stopping.aborted) return;
    await parts.pause(wait, stopping).catch(() => undefined);
  }
}
