import type { ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import { createRounds, type Rounds } from "../domain/rounds.ts";
import type { Store } from "../store/store.ts";
import { pageItemAges } from "../store/statements/page-item-ages.ts";
import { pruneItems } from "../store/statements/prune-items.ts";
import { pruneSetbacks } from "../store/statements/prune-setbacks.ts";

export interface UpkeepParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: ChannelLog;
  /** For how long a message that comes again is known to be the same, ms; read anew each time. */
  dedupeWindowMs(): number;
}

export interface Upkeep extends Rounds {
  /** One bounded piece of work; resolves to how long to rest until the next, ms. */
  step(): Promise<number>;
}

/** How many items one step looks at: it must not be felt in a chat, whatever is stored (law 8). */
const BATCH = 200;
const BETWEEN_STEPS_MS = 10_000;
const BETWEEN_PASSES_MS = 3_600_000;

/**
 * Removes accepted messages that have ended, that are older than the deduplication window, and of which no conversation
 * tells (docs/decisions/0025): from the oldest, a few at a time, beside everything else. A pass that is cut off begins anew.
 */
export function createUpkeep(parts: UpkeepParts): Upkeep {
  const { store } = parts;
  let after = 0;

  const step = async (): Promise<number> => {
    const before = parts.clock.now() - parts.dedupeWindowMs();
    const page = await store.all(pageItemAges, { after, limit: BATCH });
    const last = page.at(-1);
    if (last) await store.run(pruneItems, { after, through: last.seq, before });
    const isThrough = !last || page.length < BATCH || last.accepted_at >= before;
    after = isThrough ? 0 : last.seq;
    if (isThrough) await store.run(pruneSetbacks, { before });
    return isThrough ? BETWEEN_PASSES_MS : BETWEEN_STEPS_MS;
  };

  const rounds = createRounds({
    firstMs: BETWEEN_STEPS_MS,
    step,
    onFailure(error) {
      parts.log.warn({ err: error }, "old accepted messages could not be removed; it is tried again");
      return BETWEEN_STEPS_MS;
    },
  });

  return { ...rounds, step };
}
