import type { Metric, Registry } from "prom-client";
import type { Family } from "../observe/instruments.ts";
import type { Services } from "../operations/index.ts";
import { listPairings } from "../people/index.ts";
import { countOpenDeliveries } from "../store/statements/count-open-deliveries.ts";
import { countOpenItems } from "../store/statements/count-open-items.ts";
import { findOldestPending } from "../store/statements/find-oldest-pending.ts";
import { findOldestQueued } from "../store/statements/find-oldest-queued.ts";

export interface MetricsText {
  readonly contentType: string;
  readonly body: string;
}

interface Value {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Where it differs from the family's: the parts of a histogram. */
  readonly metricName?: string;
}

/** The figures of a running gateway in Prometheus' form; nothing of anybody's words or names. Made when first asked for. */
export function createMetrics(services: Services, families: readonly Family[]): () => Promise<MetricsText> {
  let made: Promise<() => Promise<MetricsText>> | null = null;
  return async () => (await (made ??= prepare(services, families)))();
}

async function prepare(services: Services, families: readonly Family[]): Promise<() => Promise<MetricsText>> {
  // Loaded by those who look: a gateway that nobody measures does without it.
  const { collectDefaultMetrics, Registry } = await import("prom-client");
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "continuo_" });
  for (const family of families) register(registry, family.name, family.help, family.kind, async () => valuesOf(family));
  addGauges(registry, services);
  return async () => ({ contentType: registry.contentType, body: await registry.metrics() });
}

/** A metric is to the registry whatever answers `get`: the numbers themselves were counted without it. */
function register(registry: Registry, name: string, help: string, type: "counter" | "gauge" | "histogram", read: () => Promise<readonly Value[]>): void {
  const metric = { name, get: async () => ({ name, help, type, aggregator: "sum", values: await read() }) };
  registry.registerMetric(metric as unknown as Metric<string>);
}

function labelled(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
}

function valuesOf(family: Family): Value[] {
  if (family.kind === "counter") return family.series().map(({ labels, value }) => ({ value, labels: labelled(family.labelNames, labels) }));
  const { name, bounds } = family;
  return family.series().flatMap(({ labels: values, counts, sum }) => {
    const labels = labelled(family.labelNames, values);
    let total = 0;
    const buckets = counts.map((count, index) => {
      total += count;
      return { metricName: `${name}_bucket`, labels: { le: bounds[index] ?? "+Inf", ...labels }, value: total };
    });
    return [...buckets, { metricName: `${name}_sum`, labels, value: sum }, { metricName: `${name}_count`, labels, value: total }];
  });
}

type Counted = readonly { readonly state: string; readonly count: number }[];

/** Every state is there also while nothing is in it, so that a graph has no holes and an alert something to compare. */
function byState(states: readonly string[], rows: Counted): Value[] {
  const counts = new Map([...states.map((state) => [state, 0] as const), ...rows.map(({ state, count }) => [state, Number(count)] as const)]);
  return [...counts].map(([state, value]) => ({ value, labels: { state } }));
}

function channelStates({ live }: Services): Value[] {
  const counts = new Map<string, Value>();
  for (const { name, state } of live?.channels() ?? []) {
    const key = `${name} ${state}`;
    counts.set(key, { value: (counts.get(key)?.value ?? 0) + 1, labels: { channel: name, state } });
  }
  return [...counts.values()];
}

function addGauges(registry: Registry, services: Services): void {
  const { store, clock, live, changes } = services;
  const gauges = (name: string, help: string, read: () => Promise<readonly Value[]>): void => register(registry, name, help, "gauge", read);
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => gauges(name, help, async () => [{ value: await read(), labels: {} }]);
  const ageOf = (at: number | null | undefined): number => (at === null || at === undefined ? 0 : Math.max(0, clock.now() - Number(at)) / 1000);
  gauges("continuo_inbox_items", "Accepted messages that are not answered yet", async () => byState(["queued", "claimed"], await store.all(countOpenItems, {})));
  gauge("continuo_inbox_oldest_seconds", "How long the message has waited that has waited longest for its turn; 0 while none waits", async () => ageOf((await store.get(findOldestQueued, {}))?.at));
  gauges("continuo_deliveries", "Replies that are not sent, by state; held ones wait for the owner", async () => byState(["pending", "sending", "failed", "held", "unknown"], await store.all(countOpenDeliveries, {})));
  gauge("continuo_deliveries_oldest_pending_seconds", "How long the reply has waited that has waited longest to be sent; 0 while none waits", async () => ageOf((await store.get(findOldestPending, {}))?.at));
  gauge("continuo_turns_running", "Sessions that are being answered", () => live?.turns.running() ?? 0);
  gauges("continuo_channels", "Accounts on channels, by channel and state", async () => channelStates(services));
  gauge("continuo_websocket_connections", "Clients that are connected: pages, terminals, other programs", () => live?.figures().process.connections ?? 0);
  gauge("continuo_pairing_requests", "Strangers who ask to be let in", async () => (await listPairings(store, clock.now())).length);
  gauge("continuo_changes_waiting", "1 while a change of who shares a conversation waits for approval", () => Number(changes.waiting() !== null));
  gauge("continuo_canary_requests", "Model requests that the self-test has looked through since the start", () => live?.canaries()?.requests ?? 0);
  gauge("continuo_canary_markers", "Markers that it saw where they belong or not", () => live?.canaries()?.markers ?? 0);
  gauge("continuo_canary_breaches", "Markers of somebody else that it stopped; anything but 0 is a fault", () => live?.canaries()?.breaches ?? 0);
  const { ledger } = services.people.rights;
  gauge("continuo_ledger_unsealed", "Lines of the ledger that wait for their seal", async () => (await ledger()).unsealed);
  gauge("continuo_ledger_unsealed_seconds", "How long the line has waited that has waited longest for its seal; 0 while none waits", async () => ageOf((await ledger()).oldestAt));
  const { upkeep } = store;
  if (!upkeep) return;
  gauge("continuo_store_journal_bytes", "Bytes that are committed and not in the database file yet", () => upkeep.health().journalBytes);
  gauge("continuo_store_damaged", "1 once a damaged page of the database was found; anything but 0 needs you", () => Number(upkeep.health().damage !== null || upkeep.health().check.state === "damaged"));
}
