import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../../domain/clock.ts";
import { openStore } from "../../../open.ts";
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
