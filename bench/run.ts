/** `npm run bench -- NAME [--json]`: runs one bench; without a name it says which there are. */
import { parseArgs } from "node:util";
import { cli } from "./cli.ts";
import { cluster } from "./cluster.ts";
import type { Bench } from "./lib/bench.ts";
import { json, machine, table } from "./lib/report.ts";
import { list } from "./list.ts";
import { memory } from "./memory.ts";
import { people } from "./people.ts";
import { prune } from "./prune.ts";
import { ready } from "./ready.ts";
import { routing } from "./routing.ts";
import { search } from "./search.ts";
import { stalls } from "./stalls.ts";
import { store } from "./store.ts";
import { turns } from "./turns.ts";

const BENCHES: readonly Bench[] = [turns, routing, people, store, cluster, list, ready, memory, stalls, prune, search, cli];
const USAGE_ERROR = 2;

function usage(): string {
  const width = Math.max(...BENCHES.map(({ name }) => name.length));
  return ["usage: npm run bench -- NAME [--json]", "", ...BENCHES.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`)].join("\n");
}

function refuse(message: string): void {
  console.error(`error: ${message}\n\n${usage()}`);
  process.exitCode = USAGE_ERROR;
}

async function runBench(bench: Bench, asJson: boolean): Promise<void> {
  console.error(`${bench.name}: ${bench.description}\n${machine()}\n`);
  const measures = await bench.run((what) => console.error(`  ${what} …`));
  console.log(asJson ? json(measures) : `\n${table(measures)}`);
}

function readArguments(): { readonly names: readonly string[]; readonly asJson: boolean } | string {
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" } } });
    return { names: positionals, asJson: values.json === true };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const read = readArguments();
if (typeof read === "string") refuse(read);
else if (read.names.length === 0) console.log(usage());
else {
  const [name, ...more] = read.names;
  const bench = BENCHES.find((candidate) => candidate.name === name);
  if (bench === undefined) refuse(`there is no bench "${name}".`);
  else if (more.length > 0) refuse("one bench at a time.");
  else await runBench(bench, read.asJson);
}
