import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { continuo } from "../cli/process.ts";
import { fillStore } from "../stores/filler.ts";
import { until, WireError } from "./client.ts";
import { gatewayConfig, modelConfig, readLog } from "./house.ts";
import { stage } from "./stage.ts";
import { sqliteOnly } from "../store/engine.ts";

const FILE = sqliteOnly("its file is what is damaged");

interface Health {
  readonly warnings: readonly string[];
  readonly store: { readonly damage: string | null; readonly check: { readonly state: string; readonly problems: readonly string[] } };
}

interface Repaired {
  readonly did: string;
  readonly damagedFile: string;
  readonly missing: readonly { readonly table: string; readonly from: number; readonly to: number }[];
}

function flipBits(path: string, page: number): void {
  const file = openSync(path, "r+");
  const bytes = Buffer.from(readFileSync(path).subarray((page - 1) * 4_096, page * 4_096).map((byte) => byte ^ 0x55));
  writeSync(file, bytes, 0, bytes.length, (page - 1) * 4_096);
  closeSync(file);
}

test("a damaged page in the middle of the file: the rest goes on, it is told, nothing is overwritten, and the repair keeps what can be read", FILE, async (t) => {
  const house = stage(t);
  const model = await house.model(() => ({ kind: "reply", text: "fine" }));
  const stateDir = house.directory();
  const database = join(stateDir, "continuo", "continuo.sqlite");
  mkdirSync(join(stateDir, "continuo"), { recursive: true });
  fillStore(database, { sessions: 20, bytes: 4e6 });
  const look = new DatabaseSync(database, { readOnly: true });
  const leaves = look.prepare("select pageno from dbstat where name = 'entries' and pagetype = 'leaf' order by path").all() as { pageno: number }[];
  const entries = (look.prepare("select count(*) as n from entries").get() as { n: number }).n;
  look.close();
  flipBits(database, leaves[leaves.length >> 1]?.pageno ?? 0);
  const config = { gateway: gatewayConfig(), ...modelConfig({ mock: model }), session: { mirror: false } };
  const gateway = await house.gateway({ stateDir, config });
  const client = await house.client(gateway);
  assert.equal(await client.ask("hello"), "fine", "the start does not wait for the check, and what is sound works");
  await until("the check has found it", async () => (await client.request<Health>("status")).store.check.state === "damaged");
  const refused: unknown[] = [];
  for (let session = 0; session < 20; session++) await client.history(`old-${session}`).catch((error: unknown) => refused.push(error));
  assert.ok(refused.length >= 1, "the damaged conversation cannot be shown");
  for (const error of refused) assert.ok(error instanceof WireError && error.details.continuoCode === "STORE_CORRUPT", String(error));
  const health = await client.request<Health>("status");
  assert.ok(health.store.damage, "a page that was met is remembered");
  assert.match(health.warnings.join("\n"), /database is damaged.*doctor --repair/);
  assert.ok(readLog(stateDir).some(({ level, msg }) => level === 50 && msg.includes("doctor --repair")));
  const doctor = await continuo(["doctor"], { stateDir });
  assert.equal(doctor.code, 1);
  assert.match(doctor.stdout, /✗ the database is damaged/);
  assert.match((await continuo(["doctor", "--repair", "--yes"], { stateDir })).stderr, /STATE_LOCKED/);
  assert.equal(await gateway.stop(), 0);

  const asked = await continuo(["doctor", "--repair"], { stateDir });
  assert.match(asked.stderr, /CHANGE_NEEDS_APPROVAL/);
  const before = readFileSync(database);
  const repaired = await continuo(["doctor", "--repair", "--yes", "--json"], { stateDir });
  assert.equal(repaired.code, 1, "something is missing");
  const { did, damagedFile, missing } = JSON.parse(repaired.stdout) as Repaired;
  assert.equal(did, "salvaged");
  assert.ok(readFileSync(damagedFile).equals(before));
  assert.ok(missing.length >= 1 && missing.every(({ table }) => table === "entries"), JSON.stringify(missing));
  const after = new DatabaseSync(database, { readOnly: true });
  const kept = (after.prepare("select count(*) as n from entries").get() as { n: number }).n;
  after.close();
  assert.equal(kept, entries + 2 - missing.reduce((sum, { from, to }) => sum + to - from + 1, 0));
  const second = await house.gateway({ stateDir, config });
  const again = await house.client(second);
  for (let session = 0; session < 20; session++) await again.history(`old-${session}`);
  assert.equal(await again.ask("and now?"), "fine");
  assert.equal(await second.stop(), 0);
});

test("a read-only disk: the gateway says so and leaves everything as it was, and a backup can still be made from it", FILE, async (t) => {
  const house = stage(t);
  if (process.platform !== "linux" || process.getuid?.() !== 0) return t.skip("only root on Linux can mount a directory read-only");
  const stateDir = house.directory();
  mkdirSync(join(stateDir, "continuo"), { recursive: true });
  fillStore(join(stateDir, "continuo", "continuo.sqlite"), { sessions: 3, bytes: 200_000 });
  writeFileSync(join(stateDir, "openclaw.json"), JSON.stringify({ gateway: gatewayConfig() }));
  const frozen = house.directory();
  if (spawnSync("mount", ["--bind", stateDir, frozen]).status !== 0) return t.skip("this container may not mount");
  house.atEnd(() => execFileSync("umount", ["-l", frozen]));
  if (spawnSync("mount", ["-o", "remount,ro,bind", frozen]).status !== 0) return t.skip("this container may not mount read-only");
  const before = readdirSync(stateDir, { recursive: true }).toSorted();
  const started = await continuo(["gateway", "run", "--port", "0"], { stateDir: frozen });
  assert.equal(started.code, 1);
  assert.match(started.stderr, /cannot be written.*\[STATE_UNWRITABLE\]\n {2}fix: /);
  const file = join(house.directory(), "saved.backup");
  const backup = await continuo(["backup", "--to", file], { stateDir: frozen });
  assert.equal(backup.code, 0, backup.stderr);
  assert.ok(existsSync(file));
  assert.deepEqual(readdirSync(stateDir, { recursive: true }).toSorted(), before);
});
