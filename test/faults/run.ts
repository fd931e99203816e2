/**
 * `npm run faults -- --seed 7 --faults 300 --engine sqlite|postgres --gateways 1..3 [--json]`: real gateways, people who
 * talk to them, and everything that can go wrong, drawn from the seed. Every hundred faults begin a new town with the
 * next seed: `--seed` with what a failure names repeats it. Exits with 1 when a law was broken.
 */
import { parseArgs } from "node:util";
import { describeFailure, markdown, reportOf } from "./report.ts";
import { playRound, type Round } from "./round.ts";
import type { Engine } from "../store/engine.ts";
import { bundleVictim } from "./victim.ts";

const FAULTS_A_TOWN = 100;
const USAGE_ERROR = 2;

interface Wanted {
  readonly seed: number;
  readonly faults: number;
  readonly engine: Engine;
  readonly gateways: number;
  readonly json: boolean;
}

function readArguments(): Wanted | string {
  const { values } = parseArgs({
    options: { seed: { type: "string", default: "1" }, faults: { type: "string", default: "300" }, engine: { type: "string", default: "sqlite" }, gateways: { type: "string" }, json: { type: "boolean", default: false } },
  });
  const { engine, json } = values;
  if (engine !== "sqlite" && engine !== "postgres") return `there is no engine "${engine}": it is sqlite or postgres.`;
  const [seed, faults, gateways] = [Number(values.seed), Number(values.faults), Number(values.gateways ?? (engine === "sqlite" ? 1 : 2))];
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(faults) || faults < 1) return "--seed and --faults are whole numbers.";
  if (![1, 2, 3].includes(gateways)) return "--gateways is 1, 2 or 3.";
  if (engine === "sqlite" && gateways > 1) return "SQLite is for one gateway; several share a PostgreSQL.";
  return { seed, faults, engine, gateways, json };
}

async function run({ seed, faults, engine, gateways, json }: Wanted): Promise<void> {
  const bundle = await bundleVictim();
  const rounds: Round[] = [];
  const began = performance.now();
  try {
    for (let done = 0; done < faults; done += FAULTS_A_TOWN) {
      const now = { seed: seed + done / FAULTS_A_TOWN, faults: Math.min(FAULTS_A_TOWN, faults - done) };
      const progress = (count: number, kind: string): void => {
        console.error(`${String(done + count).padStart(6)}/${faults}  ${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  seed ${now.seed}  ${kind}`);
      };
      const round = await playRound({ ...now, engine, gateways, bundle, progress }).catch((error: unknown) => {
        throw new Error(`the harness itself failed with the seed ${now.seed}`, { cause: error });
      });
      rounds.push(round);
      for (const { tookMs, open } of round.settled) if (open.length > 0) console.error(`seed ${now.seed}: ${(tookMs / 1_000).toFixed(1)} s until everything was settled; open on the way:\n  ${open.join("\n  ")}`);
      if (round.findings.length === 0) continue;
      console.error(describeFailure(round, `npm run faults -- --seed ${now.seed} --faults ${now.faults} --engine ${engine} --gateways ${gateways}`));
      process.exitCode = 1;
      break;
    }
  } finally {
    bundle.remove();
  }
  const report = reportOf(rounds);
  const seconds = Math.round((performance.now() - began) / 1_000);
  console.log(json ? JSON.stringify({ seed, engine, gateways, seconds, ...report, findings: rounds.flatMap(({ findings }) => findings) }, null, 2) : `\n${markdown(report)}`);
}

const INTERRUPTED = 130;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(INTERRUPTED));
const wanted = readArguments();
if (typeof wanted === "string") {
  console.error(`error: ${wanted}\n\nusage: npm run faults -- --seed 7 --faults 300 --engine sqlite|postgres --gateways 1..3 [--json]`);
  process.exitCode = USAGE_ERROR;
} else await run(wanted);
