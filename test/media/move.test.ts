import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createIds } from "../../src/domain/ids.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { createHouseMedia, type HouseMedia } from "../../src/main/media.ts";
import { createBackup, verifyBackup } from "../../src/main/backup.ts";
import { restoreBackup } from "../../src/main/restore.ts";
import { sourceOf } from "../../src/store/copy/port-rows.ts";
import { digestTables } from "../../src/store/copy/read-all.ts";
import { openPostgresPort } from "../../src/store/engines/postgres/copy/port.ts";
import { openSqlitePort } from "../../src/store/engines/sqlite/copy/port.ts";
import { carryOver, endMove, type MoveParts } from "../../src/store/move/move.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { createDatabase, dropDatabase, joinRun, openDatabase } from "../store/databases.ts";
import { betweenEngines, ENGINE } from "../store/engine.ts";
import { png, refOf } from "./pictures.ts";

if (ENGINE === "postgres") await joinRun();

const ids = createIds(systemClock);
const watched = { signal: new AbortController().signal, onProgress: () => undefined };

function mediaOf(store: Store, stateDir: string, where?: "files" | "database"): HouseMedia {
  const settings = { current: () => ({ config: { store: where === undefined ? {} : { media: where }, channels: {}, messages: { media: {} } } }) } as never;
  return createHouseMedia({ store, clock: systemClock, ids, log: { info() {}, warn() {}, error() {}, debug() {} }, settings, directory: join(stateDir, "continuo", "media") });
}

async function scene(t: TestContext) {
  const stateDir = mkdtempSync(join(tmpdir(), "continuo-media-move-"));
  const url = await createDatabase();
  t.after(async () => {
    await dropDatabase(url);
    rmSync(stateDir, { recursive: true, force: true });
  });
  return { stateDir, url, path: join(stateDir, "continuo", "continuo.sqlite") };
}

test("a move takes files along that the database holds, and those of the disk are brought over afterwards", betweenEngines("a move is from one engine to the other"), async (t) => {
  const { stateDir, url, path } = await scene(t);
  const images = [png(1), png(2, 700_000)];
  const source = openStore(path);
  await mediaOf(source, stateDir, "database").media.put(images[0] ?? png(), "image/png");
  await mediaOf(source, stateDir, "files").media.put(images[1] ?? png(), "image/png");
  await source.close();
  const [from, to] = [openSqlitePort(path), await openPostgresPort(url)];
  const parts: MoveParts = { source: from, target: to, clock: systemClock, names: { source: "a", target: "b" }, newId: ids.uuid, ...watched };
  const { id } = await carryOver(parts);
  await endMove(parts, id);
  assert.deepEqual((await digestTables(sourceOf(from))).get("media_chunks"), (await digestTables(sourceOf(to))).get("media_chunks"));
  await from.close();
  await to.close();

  const store = await openDatabase(url);
  try {
    const here = mediaOf(store, stateDir);
    const elsewhere = mediaOf(store, join(stateDir, "another machine"));
    const has = async (house: HouseMedia): Promise<boolean[]> => Promise.all(images.map(async (bytes) => refOf((await house.media.read(refOf(bytes))) ?? Buffer.alloc(0)) === refOf(bytes)));
    assert.deepEqual([await has(here), await has(elsewhere)], [[true, true], [true, false]]);
    while (!(await here.upkeep.step()));
    assert.deepEqual(await has(elsewhere), [true, true]);
    assert.equal(here.upkeep.health()?.missing, 0);
  } finally {
    await store.close();
  }
});

test("a backup of files is restored into PostgreSQL, where every gateway reads them", betweenEngines("a backup is of one engine and for either"), async (t) => {
  const { stateDir, url, path } = await scene(t);
  const bytes = png(3, 600_000);
  const source = openStore(path);
  await mediaOf(source, stateDir).media.put(bytes, "image/png");
  await source.close();
  const env = { OPENCLAW_STATE_DIR: stateDir };
  const { path: backup } = await createBackup({ env, version: "0.0.0-test", clock: systemClock, pid: process.pid }, join(stateDir, "one.backup"), watched);
  await verifyBackup(backup, watched);
  await restoreBackup({ env, clock: systemClock }, backup, { to: join(stateDir, "restored"), force: false, store: url }, watched);
  const store = await openDatabase(url);
  try {
    assert.equal(refOf((await mediaOf(store, join(stateDir, "another machine")).media.read(refOf(bytes))) ?? Buffer.alloc(0)), refOf(bytes));
  } finally {
    await store.close();
  }
});
