/** P12. CONTINUO_STORE_GB makes the store as large as the promise says; CONTINUO_STORE_DIR keeps it for another run. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sqliteOnly } from "../store/engine.ts";
import { fillStore } from "../stores/filler.ts";
import { until } from "./client.ts";
import { gatewayConfig, modelConfig } from "./house.ts";
import { stage } from "./stage.ts";

const BYTES = Number(process.env["CONTINUO_STORE_GB"] ?? 0.1) * 1e9;
const SESSIONS = BYTES >= 1e9 ? 10_000 : 1_000;
const PROMISED_MS = 5_000;

/** The next reader has to ask the disk again. */
function forgetCached(path: string): boolean {
  try {
    execFileSync("sh", ["-c", `sync ${path}; echo 1 > /proc/sys/vm/drop_caches`], { stdio: "ignore" });
    return true;
  } catch {
    return false; // only root on Linux may
  }
}

test("P12 a gateway with years of conversations answers its first message within five seconds of being started, and checks its pages beside that", { timeout: 3_600_000, ...sqliteOnly("its file is filled past the store, as after years") }, async (t) => {
  const house = stage(t);
  const model = await house.model(() => ({ kind: "reply", text: "at once" }));
  const stateDir = process.env["CONTINUO_STORE_DIR"] ?? house.directory();
  const database = join(stateDir, "continuo", "continuo.sqlite");
  if (!existsSync(database)) {
    mkdirSync(join(stateDir, "continuo"), { recursive: true });
    fillStore(database, { sessions: SESSIONS, bytes: BYTES });
  }
  const cold = BYTES >= 1e9 && forgetCached(database);
  const began = performance.now();
  const gateway = await house.gateway({ stateDir, config: { gateway: gatewayConfig(), ...modelConfig({ mock: model }) } });
  const ready = performance.now();
  const client = await house.client(gateway);
  assert.equal(await client.ask("are you there?"), "at once");
  const answered = performance.now();
  assert.equal(await client.ask("and in an old one?", "old-7"), "at once");
  t.diagnostic(`${(statSync(database).size / 1e9).toFixed(2)} GB, ${SESSIONS} sessions, ${cold ? "cold" : "warm"}: ready after ${Math.round(ready - began)} ms, first answer after ${Math.round(answered - began)} ms`);
  assert.ok(answered - began < PROMISED_MS, `the first answer took ${Math.round(answered - began)} ms`);
  type Checked = { store: { check: { state: string; endedAt: number | null; problems: string[] } } };
  const { store } = await until("every page has been looked at", async () => {
    await new Promise((resolve) => setTimeout(resolve, 250)); // whoever asks all the time measures themselves
    const status = await client.request<Checked>("status");
    return status.store.check.endedAt === null ? null : status;
  }, 1_800_000);
  assert.deepEqual([store.check.state, store.check.problems], ["ok", []]);
  t.diagnostic(`every page was looked at ${Math.round((performance.now() - began) / 1000)} s after the start`);
  assert.equal(await gateway.stop(), 0);
});
