import type { Services } from "../operations/index.ts";
import { listPairings } from "../people/index.ts";
import { countOpenDeliveries } from "../store/statements/count-open-deliveries.ts";
import { countOpenItems } from "../store/statements/count-open-items.ts";

type GaugeOf = Pick<import("prom-client").Gauge<string>, "set" | "reset">;

export interface MetricsText {
  readonly contentType: string;
  readonly body: string;
}

/** The figures of a running gateway in Prometheus' form; nothing of anybody's words or names. Made when first asked for. */
export function createMetrics(services: Services): () => Promise<MetricsText> {
  let made: Promise<() => Promise<MetricsText>> | null = null;
  return async () => (await (made ??= prepare(services)))();
}

async function prepare(services: Services): Promise<() => Promise<MetricsText>> {
  // Loaded by those who look: a gateway that nobody measures does without it.
  const { collectDefaultMetrics, Gauge, Registry } = await import("prom-client");
  const { store, clock, live, changes } = services;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "continuo_" });
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    const made: GaugeOf = new Gauge({ name, help, registers: [registry], collect: async () => made.set(await read()) });
  };
  const counted = (name: string, help: string, read: () => Promise<readonly { readonly state: string; readonly count: number }[]>): void => {
    const made: GaugeOf = new Gauge({
      ...{ name, help, labelNames: ["state"], registers: [registry] },
      async collect() {
        made.reset();
        for (const { state, count } of await read()) made.set({ state }, count);
      },
    });
  };
  counted("continuo_inbox_items", "Accepted messages that are not answered yet", () => store.all(countOpenItems, {}));
  counted("continuo_deliveries", "Replies that are not sent, by state; held ones wait for the owner", () => store.all(countOpenDeliveries, {}));
  gauge("continuo_turns_running", "Sessions that are being answered", () => live?.turns.running() ?? 0);
  gauge("continuo_pairing_requests", "Strangers who ask to be let in", async () => (await listPairings(store, clock.now())).length);
  gauge("continuo_changes_waiting", "1 while a change of who shares a conversation waits for approval", () => Number(changes.waiting() !== null));
  gauge("continuo_canary_requests", "Model requests that the self-test has looked through since the start", () => live?.canaries()?.requests ?? 0);
  gauge("continuo_canary_markers", "Markers that it saw where they belong or not", () => live?.canaries()?.markers ?? 0);
  gauge("continuo_canary_breaches", "Markers of somebody else that it stopped; anything but 0 is a fault", () => live?.canaries()?.breaches ?? 0);
  const { upkeep } = store;
  if (upkeep) {
    gauge("continuo_store_journal_bytes", "Bytes that are committed and not in the database file yet", () => upkeep.health().journalBytes);
    gauge("continuo_store_damaged", "1 once a damaged page of the database was found; anything but 0 needs you", () => Number(upkeep.health().damage !== null || upkeep.health().check.state === "damaged"));
  }
  return async () => ({ contentType: registry.contentType, body: await registry.metrics() });
}
