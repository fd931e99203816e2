/**
 * `npm test`: everything on SQLite, then the tests that open a store or start a gateway again on a real PostgreSQL, but for the
 * minutes-long ones (`npm test -- --engine postgres` has those too).
 *
 *     npm test                                   both engines
 *     npm test -- --engine postgres              one of them; so does CONTINUO_TEST_ENGINE=postgres
 *     npm test -- test/line/races.test.ts        only these files or patterns
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { graphOf, reachOf } from "../test/architecture/graph.ts";
import { readFolders } from "../test/architecture/source.ts";
import { NoPostgres } from "../test/servers/postgres-server.ts";
import { prepareServer } from "../test/store/databases.ts";
import type { Engine } from "../test/store/engine.ts";
import type { Summary } from "./test-summary.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SUMMARY = fileURLToPath(new URL("test-summary.ts", import.meta.url));
/** What reaches this is about a store: it opens one, starts a gateway, or says why it is for one engine alone. */
const STORE_KIT = "test/store/engine.ts";
const NAMES: Readonly<Record<Engine, string>> = { sqlite: "SQLite", postgres: "PostgreSQL" };
const OPTIONS = ["--test-concurrency=2", "--test-timeout=600000"];

interface Outcome {
  readonly code: number;
  readonly lines: readonly string[];
}

const { values, positionals } = parseArgs({ options: { engine: { type: "string" } }, allowPositionals: true });
const asked = positionals.length > 0 ? positionals : ["src/**/*.test.ts", "test/**/*.test.ts"];
const files = globSync(asked, { cwd: ROOT }).toSorted();

/** Minutes long on PostgreSQL: there they run when that engine, or they themselves, are asked for. */
const LONG = /^test\/(faults|property|page|repartition)\//;

/** Which of the files are about a store. */
function aboutStores(): string[] {
  const graph = graphOf(readFolders("src", "test", "bench", "scripts"));
  const asAsked = values.engine !== undefined || positionals.length > 0;
  return files.map((file) => file.replaceAll("\\", "/")).filter((file) => (asAsked || !LONG.test(file)) && reachOf(graph, file).has(STORE_KIT));
}

function closingLines(engine: Engine, { passed, failed, skipped }: Summary, seconds: number): string[] {
  const left = Object.entries(skipped).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const total = left.reduce((sum, [, count]) => sum + count, 0);
  const line = `${NAMES[engine]}: ${passed} passed, ${failed} failed, ${total} skipped (${Math.round(seconds)} s)`;
  return [line, ...left.map(([why, count]) => `  ${count} skipped: ${why}`)];
}

async function runOn(engine: Engine, which: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-test-run-"));
  const summary = join(directory, "summary.json");
  const reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout", `--test-reporter=${SUMMARY}`, `--test-reporter-destination=${summary}`];
  console.log(`\n${NAMES[engine]}: ${which.length} files\n`);
  const began = performance.now();
  const child = spawn(process.execPath, ["--test", ...OPTIONS, ...reporters, ...which], { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...env, CONTINUO_TEST_ENGINE: engine } });
  // The terminal tells the tests themselves; this one only outlives them, to clear up.
  const ended = { early: false };
  const pass = (signal: NodeJS.Signals): void => {
    ended.early = true;
    child.kill(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, pass);
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    if (code === null || ended.early) return { code: 130, lines: [`${NAMES[engine]}: interrupted`] };
    const seconds = (performance.now() - began) / 1000;
    return { code, lines: closingLines(engine, JSON.parse(readFileSync(summary, "utf8")) as Summary, seconds) };
  } finally {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, pass);
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runOnPostgres(): Promise<Outcome> {
  const which = aboutStores();
  if (which.length === 0) return { code: 0, lines: ["PostgreSQL: none of these files opens a store"] };
  try {
    const server = await prepareServer();
    try {
      return await runOn("postgres", which, server.env);
    } finally {
      await server.clear();
    }
  } catch (error) {
    if (!(error instanceof NoPostgres)) throw error;
    return { code: 0, lines: [`PostgreSQL: NOT TESTED. ${error.message} Set CONTINUO_TEST_POSTGRES_URL to a server where databases may be created.`] };
  }
}

async function main(): Promise<void> {
  const engine = values.engine ?? process.env["CONTINUO_TEST_ENGINE"];
  if (engine !== undefined && engine !== "sqlite" && engine !== "postgres") throw new Error(`The engine is "${engine}"; it can be sqlite or postgres.`);
  if (files.length === 0) throw new Error(`No test file matches ${asked.join(" ")}.`);
  const outcomes: Outcome[] = [];
  if (engine !== "postgres") outcomes.push(await runOn("sqlite", files, {}));
  const interrupted = outcomes.some(({ code }) => code === 130);
  if (engine !== "sqlite" && !interrupted) outcomes.push(await runOnPostgres());
  console.log(`\n${outcomes.flatMap(({ lines }) => lines).join("\n")}`);
  process.exitCode = Math.max(...outcomes.map(({ code }) => code));
}

await main();
