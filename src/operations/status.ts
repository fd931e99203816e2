import { z } from "zod";
import { COST_UNIT, dayOf, nextDay } from "../domain/budget.ts";
import { headWords } from "../store/seals/chain.ts";
import { toSession } from "../store/rows.ts";
import { countOpenDeliveries } from "../store/statements/count-open-deliveries.ts";
import { countOpenItems } from "../store/statements/count-open-items.ts";
import { countRunningTurns } from "../store/statements/count-running-turns.ts";
import { listRefusedUsage } from "../store/statements/list-refused-usage.ts";
import { listSessions } from "../store/statements/list-sessions.ts";
import { listPairings } from "../people/index.ts";
import type { StoreHealth } from "../store/upkeep.ts";
import { define } from "./define.ts";
import { sessionRow } from "./session-row.ts";
import type { Services } from "./services.ts";

const RECENT = 10;

async function recentSessions(services: Services, now: number) {
  const rows = await services.store.all(listSessions, { since: 0, limit: RECENT, offset: 0 });
  return rows.map((row) => {
    const { key, agentId, kind, sessionId, updatedAt, modelProvider, model, totalTokens, contextTokens } = sessionRow(services, toSession(row));
    const percentUsed = totalTokens === undefined ? undefined : Math.round((100 * totalTokens) / contextTokens);
    return { key, agentId, kind, sessionId, updatedAt, age: now - updatedAt, model: `${modelProvider}/${model}`, totalTokens, contextTokens, percentUsed };
  });
}

function stateCount(rows: readonly { readonly state: string; readonly count: number }[], state: string): number {
  return rows.find((row) => row.state === state)?.count ?? 0;
}

/**
 * Asked for in the order in which messages go their way, so that none is between two counts. A turn that a gateway left when
 * it died runs until another one takes it over, though nobody has it in hand.
 */
async function queueOf(services: Services) {
  const items = await services.store.all(countOpenItems, {});
  const turns = (await services.store.get(countRunningTurns, {}))?.count ?? 0;
  const running = Math.max(turns, services.live?.turns.running() ?? 0);
  const deliveries = await services.store.all(countOpenDeliveries, {});
  return {
    queued: stateCount(items, "queued"),
    running,
    deliveriesPending: stateCount(deliveries, "pending") + stateCount(deliveries, "sending"),
    deliveriesFailed: stateCount(deliveries, "failed"),
    deliveriesUnknown: stateCount(deliveries, "unknown"),
    deliveriesHeld: stateCount(deliveries, "held"),
  };
}

function gatewayOf(services: Services, now: number) {
  const { facts } = services;
  const address = facts.address();
  if (!services.live || !address) return null;
  return { host: address.host, port: address.port, pid: facts.pid, startedAt: facts.startedAt, uptimeMs: now - facts.startedAt };
}

/** Beyond this nobody seals the ledger. */
const LEDGER_ALARM_MS = 600_000;

async function ledgerOf({ people, live }: Services, now: number) {
  const { head, unsealed, oldestAt } = await people.rights.ledger();
  const lagMs = oldestAt === null ? 0 : Math.max(0, now - oldestAt);
  const words = live !== null && lagMs > LEDGER_ALARM_MS ? [`${unsealed} lines of the ledger wait for their seal, one for ${Math.round(lagMs / 60_000)} minutes: the log says why.`] : [];
  return { ledger: { head: headWords(head), unsealed, lagMs }, words };
}

/** What waits for the owner's word. */
function waitingWords(requests: number, held: number): string[] {
  const asks = requests === 1 ? "1 person asks to be let in" : `${requests} people ask to be let in`;
  return [
    ...(requests === 0 ? [] : [`${asks}: \`continuo pairing list\`, or People on the page.`]),
    ...(held === 0 ? [] : [`${held === 1 ? "1 reply waits" : `${held} replies wait`} for you: \`continuo outbox list\`, or People on the page.`]),
  ];
}

function breachWords({ live }: Services): string[] {
  const breaches = live?.canaries()?.breaches ?? 0;
  return breaches === 0 ? [] : [`The self-test stopped ${breaches} answers that something of another person had come near; the log names them. Please report it.`];
}

const REPAIR = "Nothing was overwritten. Stop the gateway and run `continuo doctor --repair`, or restore a backup with `continuo restore`.";
/** Beyond this the journal is kept by somebody who reads for very long. */
const JOURNAL_ALARM_BYTES = 64 << 20;

function storeWords(health: StoreHealth | null): string[] {
  if (health === null) return [];
  const { check, damage, journalBytes } = health;
  const found = damage ?? (check.state === "damaged" ? (check.problems[0] ?? "pages are not what they should be") : null);
  return [
    ...(found === null ? [] : [`The database is damaged (${found}). ${REPAIR}`]),
    ...(check.state === "failed" ? [`The database could not be checked: ${check.problems[0] ?? "no reason was given"}.`] : []),
    ...(journalBytes > JOURNAL_ALARM_BYTES ? [`The database's journal has ${Math.round(journalBytes / 1e6)} MB: another program has been reading the database for long.`] : []),
  ];
}

const MOST_REFUSED = 20;

/** Who has used up a day's share, and since then was answered by no model. */
async function limitsOf({ store }: Services, now: number) {
  const rows = await store.all(listRefusedUsage, { day: dayOf(now), limit: MOST_REFUSED });
  const refused = rows.map(({ who, session_key: sessionKey, turns, tokens, cost, refused: messages }) => ({ who, sessionKey, turns, tokens, cost: cost / COST_UNIT, refused: messages }));
  return { day: dayOf(now), resetsAt: nextDay(now), refused };
}

function limitWords({ refused }: Awaited<ReturnType<typeof limitsOf>>): string[] {
  return refused.map(({ who, sessionKey, refused: times }) => `${who} has reached a limit of today in ${sessionKey}: ${times === 1 ? "1 message was" : `${times} messages were`} kept and not answered (limits in the configuration).`);
}

const MOST_FAILING = 10;

/** Jobs that failed when they ran last: nobody is sent a failure. One that was to run once is switched off then, and counts all the same. */
async function failingJobs({ jobs }: Services) {
  const failing = (await jobs.list()).filter(({ enabled, schedule, state }) => state.lastRunStatus === "error" && (enabled || schedule.kind === "at"));
  const rows = failing.slice(0, MOST_FAILING).map(({ id, name, state: { lastError = "no reason was given", consecutiveErrors = 1 } }) => ({ id, name, times: consecutiveErrors, lastError }));
  return { count: failing.length, failing: rows };
}

function jobWords({ count, failing }: Awaited<ReturnType<typeof failingJobs>>): string[] {
  const [first] = failing;
  if (first === undefined) return [];
  const others = count === 1 ? "" : `, and ${count === 2 ? "another one" : `${count - 1} others`}`;
  return [`The job "${first.name}" failed when it ran last (${first.lastError})${others}: \`continuo cron list --all\`.`];
}

export const status = define({
  name: "status",
  scope: "read",
  input: z.object({ includeChannelSummary: z.boolean().optional() }),
  example: {},
  /** What the gateway is doing, at a glance (spec 10.3). */
  async run(services) {
    const now = services.clock.now();
    const total = await services.facts.sessions.of(null);
    const { agents, warnings } = services.settings;
    const { list, defaultId } = agents();
    const queue = await queueOf(services);
    const health = services.live === null ? null : (services.store.upkeep?.health() ?? null);
    const limits = await limitsOf(services, now);
    const { ledger, words } = await ledgerOf(services, now);
    const requests = (await listPairings(services.store, now)).length;
    const jobs = await failingJobs(services);
    return {
      runtimeVersion: process.version,
      version: services.facts.version,
      stateDir: services.facts.stateDir,
      configPath: services.facts.configPath,
      gateway: gatewayOf(services, now),
      agents: { defaultId, agents: list.map((agent) => ({ id: agent.id, model: agent.models[0] })), totalSessions: total },
      sessions: { count: total, running: queue.running, recent: await recentSessions(services, now) },
      channels: (services.live?.channels() ?? []).map(({ name, account, state, detail, since }) => ({ name, account, state, detail, since })),
      queue,
      pairing: { requests },
      limits,
      canary: services.live?.canaries() ?? null,
      store: health,
      ledger,
      media: services.facts.media?.() ?? null,
      jobs,
      warnings: [...warnings(), ...storeWords(health), ...waitingWords(requests, queue.deliveriesHeld), ...breachWords(services), ...limitWords(limits), ...jobWords(jobs), ...words],
    };
  },
});
