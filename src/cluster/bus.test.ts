import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { removeStateDir, rowsIn, storeIn } from "../../test/store/database.ts";
import { postgresOnly } from "../../test/store/engine.ts";
import { systemClock } from "../domain/clock.ts";
import { createBus } from "./bus.ts";

const SHARED = postgresOnly("an embedded database has one gateway");
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 30_000; !condition(); ) {
    if (Date.now() > deadline) throw new Error(`gave up waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("what one gateway tells, the others hear once and in order, also after their connections were cut", SHARED, async (t) => {
  const home = mkdtempSync(join(tmpdir(), "continuo-bus-"));
  const stores = [await storeIn(home), await storeIn(home)];
  t.after(async () => {
    for (const store of stores) await store.close();
    await removeStateDir(home);
  });
  const heard: [number[], number[]] = [[], []];
  const [one, two] = stores.map((store, i) => {
    const bus = createBus({ store, clock: systemClock, log: quiet, gateway: `g${i}`, hasOthers: () => true });
    bus.on("count", (body) => void heard[i as 0 | 1].push(body as number));
    return bus;
  });
  assert.ok(one && two);
  await one.start();
  await two.start();
  for (let i = 0; i < 100; i++) one.tell("count", i);
  await until("it has heard them", () => heard[1].length === 100);
  await rowsIn(home, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'continuo listener' and datname = current_database()");
  for (let i = 100; i < 200; i++) one.tell("count", i);
  await one.flush();
  await two.beat();
  await until("it has heard the rest", () => heard[1].length === 200);
  assert.deepEqual(heard[1], Array.from({ length: 200 }, (_, i) => i));
  assert.deepEqual(heard[0], [], "nobody hears themselves");
});
