import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../src/domain/clock.ts";
import { isContinuoError } from "../../src/domain/errors.ts";
import { createIds } from "../../src/domain/ids.ts";
import { createStorage, refuseMoved, type Switch } from "../../src/main/storage.ts";
import { openPostgresPort } from "../../src/store/engines/postgres/copy/port.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { fillStore } from "../stores/filler.ts";
import { createDatabase, dropDatabase, joinRun, openDatabase } from "./databases.ts";
import { betweenEngines, ENGINE } from "./engine.ts";

const BOTH = betweenEngines("the last part of a move");
if (ENGINE === "postgres") await joinRun();

const CONFIG = "{ /* mine */ session: { dmScope: 'auto' } }";

interface Scene {
  readonly path: string;
  readonly url: string;
  readonly configPath: string;
  /** The desk of a gateway on this database, which keeps the switch for the test to make. */
  desk(store: Store, url: string | null): { readonly storage: ReturnType<typeof createStorage>; readonly ready: Promise<Switch> };
}

async function scene(t: TestContext): Promise<Scene> {
  const root = mkdtempSync(join(tmpdir(), "continuo-switch-"));
  const [path, configPath] = [join(root, "continuo", "continuo.sqlite"), join(root, "openclaw.json")];
  mkdirSync(join(root, "continuo"));
  writeFileSync(configPath, CONFIG);
  fillStore(path, { sessions: 4, bytes: 200_000 });
  const url = await createDatabase();
  t.after(async () => {
    await dropDatabase(url);
    rmSync(root, { recursive: true, force: true });
  });
  return {
    ...{ path, url, configPath },
    desk(store, at) {
      const { promise, resolve } = Promise.withResolvers<Switch>();
      const storage = createStorage({
        ...{ configuration: { path: configPath, env: {} }, store, clock: systemClock, ids: createIds(systemClock), gatewayId: "g", last: null, onProgress: () => undefined },
        database: { path, url: at },
        handOver: async (ready) => resolve(ready),
      });
      return { storage, ready: promise };
    },
  };
}

const refused = (code: string) => (error: unknown) => isContinuoError(error) && error.code === code;

test("a switch that finds a difference changes nothing: the configuration and the old database are as they were", BOTH, async (t) => {
  const { path, url, configPath, desk } = await scene(t);
  const store = openStore(path);
  const { storage, ready } = desk(store, null);
  assert.equal((await storage.move(url)).switching, true);
  const other = await openPostgresPort(url);
  await other.ask("delete from turns where id in (select id from turns limit 1)");
  const ended = await (await ready).finish();
  assert.deepEqual([ended.state, ended.error?.code], ["failed", "MOVE_DIFFERS"]);
  assert.match(ended.error?.message ?? "", /turns/);
  assert.equal(readFileSync(configPath, "utf8"), CONFIG);
  await refuseMoved(store);
  await other.close();
  await store.close();
});

test("a switch writes the configuration and leaves a note in the old database; other gateways on it refuse the move back", BOTH, async (t) => {
  const { path, url, configPath, desk } = await scene(t);
  const store = openStore(path);
  const there = desk(store, null);
  await there.storage.move(url);
  assert.equal((await (await there.ready).finish()).state, "done");
  assert.match(readFileSync(configPath, "utf8"), /\/\* mine \*\/[^]*postgresql:/);
  await assert.rejects(refuseMoved(store), refused("STORE_MOVED"));
  await store.close();

  const moved = await openDatabase(url);
  await refuseMoved(moved);
  const port = await openPostgresPort(url);
  await port.ask("insert into gateways (id, version, address, started_at, lease_until) values ('other', '1', 'there:1', 1, ?)", [Date.now() + 60_000]);
  const back = desk(moved, url);
  await assert.rejects(back.storage.move("sqlite"), refused("STORE_SHARED"));
  assert.deepEqual((await back.storage.status()).gateways.map(({ address }) => address), ["there:1"]);
  await port.ask("delete from gateways");
  await port.close();
  await back.storage.move("sqlite");
  assert.equal((await (await back.ready).finish()).state, "done");
  assert.doesNotMatch(readFileSync(configPath, "utf8"), /postgresql:/);
  await moved.close();
});
