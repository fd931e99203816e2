import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { test } from "node:test";
import { findCursor } from "../../src/store/statements/find-cursor.ts";
import { upsertCursor } from "../../src/store/statements/upsert-cursor.ts";
import type { Store } from "../../src/store/store.ts";
import { until } from "../e2e/client.ts";
import { freshStore } from "./database.ts";

const place = (name: string) => ({ channel: "telegram", account: "default", name });

/** Writes a row and looks for it, past the transaction, when told that it is kept. */
function put(store: Store, name: string, seen: (string | undefined)[], session?: string): Promise<number> {
  return store.transaction(async (tx) => {
    tx.afterCommit(() => void store.get(findCursor, place(name)).then((row) => seen.push(row?.value)));
    return tx.run(upsertCursor, { ...place(name), value: name });
  }, session);
}

for (const session of [undefined, "a"]) {
  const whose = session === undefined ? "without a session" : "of a session";

  test(`what is to happen after a transaction ${whose} sees what it wrote, from any connection`, async (t) => {
    const store = await freshStore(t);
    const seen: (string | undefined)[] = [];
    for (let i = 0; i < 30; i++) await put(store, `row-${i}`, seen, session);
    await until("all were called", () => seen.length === 30);
    assert.deepEqual(seen.toSorted(), Array.from({ length: 30 }, (_, i) => `row-${i}`).toSorted());
  });

  test(`what was to happen after a transaction ${whose} that failed does not, and happens once for those that shared its commit`, async (t) => {
    const store = await freshStore(t);
    const seen: (string | undefined)[] = [];
    const failing = store.transaction(async (tx) => {
      tx.afterCommit(() => seen.push("failed"));
      await tx.run(upsertCursor, { ...place("failed"), value: "failed" });
      throw new Error("no");
    }, session && "failing");
    const beside = ["one", "two"].map((name) => put(store, name, seen, session && name));
    const [failed, ...kept] = await Promise.allSettled([failing, ...beside]);
    assert.deepEqual([failed?.status, ...kept.map(({ status }) => status)], ["rejected", "fulfilled", "fulfilled"]);
    await until("both were called", () => seen.length >= 2);
    await nextTurn();
    assert.deepEqual(seen.toSorted(), ["one", "two"]);
  });
}
