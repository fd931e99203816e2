/** What it takes to find what was said among a million entries, on both engines: rare words and common ones, phrases, Chinese; in one session and in all. */
import type { Bench, Measure } from "./lib/bench.ts";
import { openEngine, type BenchEngine } from "./lib/engines.ts";
import { createTexts, type Texts } from "./lib/texts.ts";
import { percentile } from "./lib/stats.ts";
import { catchUp, searchFor } from "../src/search/index.ts";
import { insertEntry } from "../src/store/statements/insert-entry.ts";
import type { Store } from "../src/store/store.ts";

const ENTRIES = Number(process.env["BENCH_ENTRIES"] ?? 1_000_000);
/** The first has a tenth of everything. */
const SESSIONS = 1_000;
const AT_ONCE = 1_000;
const WARM_UP = 10;
const EACH = 60;
const LIMIT = 20;
const BAR = 50;
/** 1 January 2026, and one every ten seconds. */
const FIRST_AT = 1_767_225_600_000;
const BETWEEN_MS = 10_000;
const NOW = FIRST_AT + ENTRIES * BETWEEN_MS;

const keyOf = (number: number): string => `agent:main:dm:u${number % 10 === 0 ? 0 : number % SESSIONS}`;
const idOf = (number: number): string => `01${String(number).padStart(24, "0")}`;

async function fill({ store }: BenchEngine, texts: Texts): Promise<void> {
  for (let from = 0; from < ENTRIES; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, ENTRIES - from) }, (_, index) => from + index);
    await store.transaction(async (tx) => {
      await Promise.all(
        numbers.map((number) => {
          const key = keyOf(number);
          return tx.run(insertEntry, {
            ...{ session_id: key, seq: number + 1, id: idOf(number), session_key: key, parent_id: null, turn_id: null, role: number % 2 === 0 ? "user" : "assistant" },
            ...{ text: texts.entry(number), at: FIRST_AT + number * BETWEEN_MS, channel: "telegram", account: "default", chat: key, thread: null, sender_id: key },
            ...{ sender_name: "Somebody", person: null, audience: "owner", model: null, meta: null, message_id: null },
          });
        }),
      );
    }, "filling");
  }
}

async function indexAll(store: Store, say: (what: string) => void): Promise<number> {
  const began = performance.now();
  const STEPS = 1_000;
  for (let done = 0; done < ENTRIES; done += STEPS * 50) {
    await catchUp(store, STEPS);
    say(`${Math.min(ENTRIES, done + STEPS * 50).toLocaleString("en-US")} of ${ENTRIES.toLocaleString("en-US")} are indexed`);
  }
  await catchUp(store, Number.MAX_SAFE_INTEGER);
  return (performance.now() - began) / (ENTRIES / 1_000);
}

async function timed(store: Store, queries: readonly string[], keys: readonly string[] | null): Promise<{ readonly times: number[]; readonly busy: number[]; readonly found: number }> {
  const times: number[] = [];
  const busy: number[] = [];
  let found = 0;
  for (const [index, query] of queries.entries()) {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const { hits } = await searchFor({ store, clock: { now: () => NOW } }, keys === null ? "all" : { keys })({ query, limit: LIMIT });
    const { user, system } = process.cpuUsage(cpu);
    if (index >= WARM_UP) times.push(performance.now() - began);
    if (index >= WARM_UP) busy.push((user + system) / 1_000);
    if (hits.length > 0) found++;
  }
  return { times, busy, found };
}

async function measured(engine: BenchEngine, texts: Texts, say: (what: string) => void): Promise<Measure[]> {
  say(`${engine.name}: ${ENTRIES.toLocaleString("en-US")} entries are written`);
  await fill(engine, texts);
  const indexMs = await indexAll(engine.store, (what) => say(`${engine.name}: ${what}`));
  const measures: Measure[] = [{ key: `${engine.name}IndexMs`, value: indexMs, unit: "ms", means: `${engine.name}: indexing 1,000 entries, nothing else running` }];
  const all: number[] = [];
  const allBusy: number[] = [];
  for (const [where, keys] of [["All", null], ["Large", [keyOf(0)]], ["Small", [keyOf(7)]]] as const) {
    for (const [kind, queries] of texts.queries(WARM_UP + EACH)) {
      const { times, busy, found } = await timed(engine.store, queries, keys);
      all.push(...times);
      allBusy.push(...busy);
      const key = `${engine.name}${where}${kind}`;
      measures.push({ key: `${key}P50Ms`, value: percentile(times, 0.5), unit: "ms", means: `found something in ${found} of ${queries.length}` });
      measures.push({ key: `${key}P95Ms`, value: percentile(times, 0.95), unit: "ms", bar: { is: "at most", value: BAR }, means: "the same, 95 of 100" });
    }
  }
  measures.push({ key: `${engine.name}P50Ms`, value: percentile(all, 0.5), unit: "ms", means: `${engine.name}: all of them` });
  measures.push({ key: `${engine.name}P95Ms`, value: percentile(all, 0.95), unit: "ms", bar: { is: "at most", value: BAR }, means: "the same, 95 of 100" });
  measures.push({ key: `${engine.name}BusyP95Ms`, value: percentile(allBusy, 0.95), unit: "ms", means: "CPU of this process for one: does not count other programs, nor a server" });
  return measures;
}

export const search: Bench = {
  name: "search",
  description: `finding what was said among ${ENTRIES.toLocaleString("en-US")} entries, on both engines`,
  async run(say) {
    const measures: Measure[] = [];
    for (const name of ["sqlite", "postgres"] as const) {
      if ((process.env["BENCH_ENGINE"] ?? name) !== name) continue;
      const engine = await openEngine(name);
      if (engine === null) continue;
      try {
        measures.push(...(await measured(engine, createTexts(ENTRIES), say)));
      } finally {
        await engine.close();
      }
    }
    return measures;
  },
};
