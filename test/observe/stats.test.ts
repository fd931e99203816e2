import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../e2e/client.ts";
import { observedHouse } from "./house.ts";

interface Stats {
  readonly gateways: readonly { readonly pid: number; readonly rssBytes: number; readonly connections: number; readonly loop: { readonly maxMs: number } | null }[];
  readonly turns: { readonly running: number; readonly list: readonly { readonly sessionKey: string; readonly ageMs: number; readonly held: boolean; readonly attempt: number }[] };
  readonly queue: { readonly waiting: number; readonly oldestMs: number | null; readonly sessions: readonly { readonly sessionKey: string; readonly waiting: number }[] };
  readonly deliveries: { readonly pending: number; readonly oldestPendingMs: number | null };
  readonly rates: { readonly accepted: number };
  readonly stages: readonly { readonly stage: string; readonly count: number; readonly p50Ms: number | null }[];
}

test("gateway.stats tells what runs and what waits while it does, and how long the stages took after", async (t) => {
  const release = Promise.withResolvers<void>();
  const { client, model } = await observedHouse(t, { config: { channels: {} }, behave: { kind: "hold", until: release.promise, first: "Well, " } });
  const stats = (): Promise<Stats> => client.request<Stats>("gateway.stats", { limit: 1 });
  await client.request("chat.send", { sessionKey: "one", message: "a" });
  await client.request("chat.send", { sessionKey: "two", message: "b" });
  await until("both run", () => model.open() === 2);
  for (const text of ["c", "d"]) await client.request("chat.send", { sessionKey: "two", message: text });
  const busy = await stats();
  assert.deepEqual([busy.turns.running, busy.turns.list.length], [2, 1]);
  assert.deepEqual([busy.turns.list[0]?.sessionKey, busy.turns.list[0]?.held, busy.turns.list[0]?.attempt], ["agent:main:one", true, 1]);
  assert.deepEqual(busy.queue.sessions.map(({ sessionKey, waiting }) => [sessionKey, waiting]), [["agent:main:two", 2]]);
  assert.equal(busy.queue.waiting, 2);
  assert.ok((busy.queue.oldestMs ?? -1) >= 0);
  assert.deepEqual([busy.gateways.length, busy.gateways[0]?.pid, busy.gateways[0]?.connections], [1, process.pid, 1]);
  release.resolve();
  await client.settled();
  const after = await until("its event loop is measured", async () => {
    const now = await stats();
    return now.gateways[0]?.loop === null ? null : now;
  });
  assert.deepEqual([after.turns.running, after.queue.waiting, after.queue.oldestMs, after.deliveries.oldestPendingMs], [0, 0, null, null]);
  assert.deepEqual(after.stages.map(({ stage, count }) => [stage, count]), [["wait", 3], ["first_token", 3], ["answer", 3], ["commit", 3], ["outbox", 0], ["send", 0], ["journey", 3]]);
  await until("the second of the messages is over", async () => (await stats()).rates.accepted > 0);
});
