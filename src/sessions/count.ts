import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../domain/clock.ts";
import { countAgentSessionKeys } from "../store/statements/count-agent-session-keys.ts";
import { countSessionKeys } from "../store/statements/count-session-keys.ts";
import type { Executor } from "../store/store.ts";

export interface SessionCounts {
  /** How many sessions an agent has, or all have; of very many, how many there were a moment ago. */
  of(agentId: string | null): Promise<number>;
}

/** Up to here it is counted each time: above, nobody misses the last one. */
const COUNTED_AT_ONCE = 1_000;
const FRESH_MS = 10_000;

interface Remembered {
  readonly count: number;
  readonly at: number;
}

/** Counting costs what is stored: so it is done beside what is asked, a page at a time, and remembered (law 8). */
export function createSessionCounts(store: Executor, clock: Clock): SessionCounts {
  const remembered = new Map<string | null, Remembered>();
  const counting = new Map<string | null, Promise<number>>();

  const page = (agent: string | null, after: string) =>
    agent === null ? store.get(countSessionKeys, { after, limit: COUNTED_AT_ONCE }) : store.get(countAgentSessionKeys, { agent, after, limit: COUNTED_AT_ONCE });

  const countAll = async (agent: string | null): Promise<number> => {
    let count = 0;
    for (let after = ""; ; ) {
      const found = await page(agent, after);
      count += found?.count ?? 0;
      if (!found || found.last === null || found.count < COUNTED_AT_ONCE) return count;
      after = found.last;
      await nextTurn();
    }
  };

  const recount = (agent: string | null): Promise<number> => {
    const known = counting.get(agent);
    if (known) return known;
    const running = countAll(agent)
      .then((count) => {
        remembered.set(agent, { count, at: clock.now() });
        return count;
      })
      .finally(() => counting.delete(agent));
    counting.set(agent, running);
    return running;
  };

  return {
    async of(agent) {
      const first = await page(agent, "");
      if (!first || first.count < COUNTED_AT_ONCE) return first?.count ?? 0;
      const known = remembered.get(agent);
      if (known === undefined) return recount(agent);
      // Whoever asks next meets the error: it is counted while they wait.
      if (clock.now() - known.at > FRESH_MS) recount(agent).catch(() => remembered.delete(agent));
      return known.count;
    },
  };
}
