import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../../domain/clock.ts";
import { openStore } from "../../../open.ts";
import { openSqlite } from "../engine.ts";
import { upsertCursor } from "../../../statements/upsert-cursor.ts";
import { until } from "../../../../../test/e2e/client.ts";
import { sqliteOnly } from "../../../../../test/store/engine.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const HOLD_MS = 300;
const MB = 1 << 20;

/** Two connections by turns, so that somebody reads at every moment. */
function readAlways(path: string): () => Promise<void> {
  const state = { stop: false };
  const read = async (waitMs: number): Promise<void> => {
    await sleep(waitMs);
    while (!state.stop) {
      const database = new DatabaseSync(path, { readOnly: true });
      database.exec("begin");
      database.prepare("select count(*) from sqlite_schema").get();
      await sleep(HOLD_MS);
      database.close();
    }
  };
  const reading = [read(0), read(HOLD_MS / 2)];
  return async () => {
    state.stop = true;
    await Promise.all(reading);
  };
}

test("the journal's file is cut although somebody reads at every moment, and what is written meanwhile waits and is kept", sqliteOnly("it has the journal"), async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "continuo-journal-"));
  const path = join(directory, "state.sqlite");
  const store = openStore(path);
  const stopReading = readAlways(path);
  t.after(async () => {
    await stopReading();
    await store.close();
    rmSync(directory, { recursive: true });
  });
  store.upkeep?.start({ log: quiet, clock: systemClock });
  const journal = (): number => statSync(`${path}-wal`).size;

  let written = 0;
  const write = (): Promise<number> => store.run(upsertCursor, { channel: "telegram", account: "default", name: `n-${written++}`, value: "x".repeat(MB / 2) });
  while (journal() <= 32 * MB) await write();
  await until("the journal is cut", async () => {
    await write();
    return journal() <= 16 * MB;
  });
  const database = new DatabaseSync(path, { readOnly: true });
  assert.deepEqual({ ...database.prepare("select count(*) as n from cursors").get() }, { n: written });
  database.close();
});

test("while a copy keeps the journal, commits wait for each other once it is large, and no longer when it is small again", sqliteOnly("it has the journal"), async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "continuo-journal-"));
  const path = join(directory, "state.sqlite");
  await openStore(path).close();
  const shared: number[] = [];
  const store = openSqlite(path, { onCommit: (transactions) => void shared.push(transactions) });
  t.after(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  store.upkeep?.start({ log: quiet, clock: systemClock });
  const journal = (): number => statSync(`${path}-wal`).size;
  let written = 0;
  const write = (size = 1): Promise<number> => store.run(upsertCursor, { channel: "telegram", account: "default", name: `n-${written++}`, value: "x".repeat(size) });
  /** Whether writes that are asked for one after the other, in turns of their own, share a commit. */
  const share = async (): Promise<boolean> => {
    shared.length = 0;
    const asked: Promise<number>[] = [];
    for (let i = 0; i < 5; i++) {
      asked.push(write());
      await sleep(4);
    }
    await Promise.all(asked);
    return shared.some((transactions) => transactions >= 3);
  };
  const copy = new DatabaseSync(path, { readOnly: true });
  copy.exec("begin");
  copy.prepare("select count(*) from sqlite_schema").get();
  while (journal() <= 60 * MB) await write(MB / 2);
  await until("commits wait for each other", share);
  copy.close();
  await until("the journal is cut", async () => (await write(), journal() <= 16 * MB));
  await until("they wait no more", async () => !(await share()));
});
