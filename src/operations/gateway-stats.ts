import { z } from "zod";
import { countOpenDeliveries } from "../store/statements/count-open-deliveries.ts";
import { countOpenItems } from "../store/statements/count-open-items.ts";
import { countRunningTurns } from "../store/statements/count-running-turns.ts";
import { findOldestPending } from "../store/statements/find-oldest-pending.ts";
import { findOldestQueued } from "../store/statements/find-oldest-queued.ts";
import { listLiveGateways } from "../store/statements/list-live-gateways.ts";
import { listQueueDepths } from "../store/statements/list-queue-depths.ts";
import { listRunningTurns } from "../store/statements/list-running-turns.ts";
import { define } from "./define.ts";
import type { Services } from "./services.ts";

function ageOf(at: number | null | undefined, now: number): number | null {
  return at === null || at === undefined ? null : Math.max(0, now - Number(at));
}

function gatewaysOf({ facts, live }: Services, now: number) {
  const address = facts.address();
  if (live === null || address === null) return [];
  const { process } = live.figures();
  const { version, pid, startedAt } = facts;
  return [{ version, pid, host: address.host, port: address.port, startedAt, uptimeMs: now - startedAt, ...process }];
}

/** All that work on this store; most stores have one. */
async function aliveOf({ store }: Services, now: number) {
  const rows = await store.all(listLiveGateways, { now });
  return rows.map(({ version, address, started_at: startedAt }) => ({ version, address, uptimeMs: ageOf(startedAt, now) }));
}

async function turnsOf({ store }: Services, limit: number, now: number) {
  const rows = await store.all(listRunningTurns, { limit });
  return {
    running: Number((await store.get(countRunningTurns, {}))?.count ?? 0),
    list: rows.map((row) => ({
      sessionKey: row.session_key,
      agentId: row.agent_id,
      channel: row.channel,
      ageMs: ageOf(row.started_at, now),
      attempt: row.attempt,
      // Its holder is gone, or has handed it back: whoever looks next takes it.
      held: Number(row.lease_until) > now,
    })),
  };
}

async function queueOf({ store }: Services, limit: number, now: number) {
  const items = await store.all(countOpenItems, {});
  const rows = await store.all(listQueueDepths, { limit });
  return {
    waiting: Number(items.find(({ state }) => state === "queued")?.count ?? 0),
    oldestMs: ageOf((await store.get(findOldestQueued, {}))?.at, now),
    sessions: rows.map((row) => ({ sessionKey: row.session_key, waiting: Number(row.waiting), oldestMs: ageOf(row.oldest, now) })),
  };
}

async function deliveriesOf({ store }: Services, now: number) {
  const rows = await store.all(countOpenDeliveries, {});
  const countOf = (state: string): number => Number(rows.find((row) => row.state === state)?.count ?? 0);
  return {
    ...{ pending: countOf("pending"), sending: countOf("sending"), failed: countOf("failed"), held: countOf("held"), unknown: countOf("unknown") },
    oldestPendingMs: ageOf((await store.get(findOldestPending, {}))?.at, now),
  };
}

export const gatewayStats = define({
  name: "gateway.stats",
  scope: "read",
  input: z.object({ limit: z.int().min(1).max(100).default(20) }),
  example: { limit: 20 },
  /** How the gateway does at this moment: what runs, what waits, how fast, how late. Costs what is open, not what is stored. */
  async run(services, { limit }) {
    const now = services.clock.now();
    const figures = services.live?.figures() ?? null;
    const channels = services.live?.channels() ?? [];
    return {
      ts: now,
      gateways: gatewaysOf(services, now),
      alive: await aliveOf(services, now),
      turns: await turnsOf(services, limit, now),
      queue: await queueOf(services, limit, now),
      deliveries: await deliveriesOf(services, now),
      rates: figures?.rates ?? null,
      stages: figures?.stages ?? [],
      channels: channels.map(({ name, account, state, detail, since }) => ({ name, account, state, detail, sinceMs: ageOf(since, now) })),
    };
  },
});
