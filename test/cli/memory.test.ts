import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ensureBuilt, ROOT } from "./built.ts";
import { environment, startGateway } from "./process.ts";

/** What P37 allows, on a Node that has 41.7 MB itself when it does nothing. */
const ALLOWED_MB = 50;
const BARE_NODE_MB = 41.7;
const RUNS = 5;

/** Loaded before the program; itself nothing that has to be compiled. */
const PROBE = `data:text/javascript,process.on("exit",()=>process.getBuiltinModule("node:fs").writeFileSync(process.env.MEMORY_FILE,String(process.resourceUsage().maxRSS/1024)))`;

/** The most memory of a process, median of some runs after one that fills the cache of compiled code. */
function mostMb(args: readonly string[], stateDir: string, file: string): number {
  const sizes = Array.from({ length: RUNS + 1 }, () => {
    const { status } = spawnSync(process.execPath, ["--import", PROBE, ...args], { env: environment({ stateDir }, { MEMORY_FILE: file }), stdio: "ignore" });
    assert.equal(status, 0, args.join(" "));
    return Number(readFileSync(file, "utf8"));
  });
  return sizes.slice(1).toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}

const onlyLinux = { skip: process.platform === "linux" ? false : "another system counts what programs share another way" };

test("P37 status and health of a running gateway stay under 50 MB, of which Node itself is most", onlyLinux, async () => {
  const gateway = await startGateway();
  const scratch = mkdtempSync(join(tmpdir(), "continuo-memory-"));
  try {
    const file = join(scratch, "most");
    const bare = mostMb(["-e", "0"], gateway.stateDir, file);
    for (const command of ["status", "health"]) {
      const most = mostMb([join(ROOT, "bin/continuo.js"), command], gateway.stateDir, file);
      // Another build of Node, or another kernel, begins somewhere else: that is not the command's.
      assert.ok(most - bare <= ALLOWED_MB - BARE_NODE_MB, `${command}: ${most.toFixed(1)} MB, of which Node ${bare.toFixed(1)} MB`);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    await gateway.stop();
  }
});

test("no file of the built program evaluates all of one of Node's modules", () => {
  ensureBuilt();
  const dist = join(ROOT, "dist");
  const files = readdirSync(dist).filter((name) => name.endsWith(".js"));
  assert.deepEqual(files.filter((name) => /(?:^|[;}\n])import[^;"'`]*["'`]node:/.test(readFileSync(join(dist, name), "utf8"))), []);
});
