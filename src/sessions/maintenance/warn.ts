import type { ChannelLog } from "../../domain/channel.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Store } from "../../store/store.ts";
import { countAgentSessions } from "../../store/statements/count-agent-sessions.ts";
import type { Held, Reason } from "./plan.ts";
import type { OldSession } from "../../store/statements/page-oldest-sessions.ts";

interface WarnParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: ChannelLog;
}

interface WarnSettings {
  readonly limits: { readonly pruneAfter: number; readonly maxEntries: number; readonly maxDiskBytes: number | null };
}

const DAY_MS = 86_400_000;
/** Whoever has thousands of old sessions is told of the first by name, and of all in figures. */
const MOST_NAMED = 20;

const WHY: Readonly<Partial<Record<Reason, (limits: WarnSettings["limits"]) => string>>> = {
  stale: ({ pruneAfter }) => `older than ${Math.round(pruneAfter / DAY_MS)} days`,
  "cap-overflow": ({ maxEntries }) => `not in the most recent ${maxEntries} sessions`,
  "disk-budget": () => "over the disk budget",
  "cron-retention": () => "the run of a job that is over",
};

export interface Warnings {
  /** What an agent has too much of, in figures. */
  count(agentId: string, held: Held, settings: WarnSettings): Promise<void>;
  /** One session that would go: once for each reason, and of each reason the first only. */
  name(found: OldSession, reason: Reason, settings: WarnSettings): void;
}

/** Mode `warn`: says what would go, and touches nothing (spec 6.2). */
export function createWarnings({ store, clock, log }: WarnParts): Warnings {
  const named = new Map<Reason, Set<string>>();
  return {
    async count(agentId, { sessions, bytes }, { limits: { maxEntries, maxDiskBytes, pruneAfter } }) {
      const { count } = (await store.get(countAgentSessions, { agent: agentId, since: clock.now() - pruneAfter })) ?? { count: sessions };
      const over = { stale: sessions - count, overCap: Math.max(0, sessions - maxEntries), overBytes: Math.max(0, bytes - (maxDiskBytes ?? bytes)) };
      if (Object.values(over).every((figure) => figure <= 0)) return;
      log.warn({ agentId, sessions, bytes, ...over }, "session.maintenance would remove sessions; its mode is `warn`, so nothing is. See them with `continuo sessions cleanup --dry-run`.");
    },
    name({ key }, reason, { limits }) {
      const known = named.get(reason) ?? new Set();
      if (known.has(key) || known.size >= MOST_NAMED) return;
      named.set(reason, known.add(key));
      log.warn(
        { sessionKey: key, reason },
        `⚠️ Session maintenance warning: this session would be evicted (${WHY[reason]?.(limits) ?? reason}). Maintenance is set to warn-only, so nothing was reset. To enforce cleanup, set \`session.maintenance.mode: "enforce"\` or increase the limits.`,
      );
    },
  };
}
