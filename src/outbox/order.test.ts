import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Channel } from "../domain/channel.ts";
import { ContinuoError } from "../domain/errors.ts";
import { createIds } from "../domain/ids.ts";
import { noProbe } from "../domain/probe.ts";
import { freshStore } from "../../test/store/database.ts";
import type { Store } from "../store/store.ts";
import { advanceDelivery } from "../store/statements/advance-delivery.ts";
import { beginDelivery } from "../store/statements/begin-delivery.ts";
import { countOpenDeliveries } from "../store/statements/count-open-deliveries.ts";
import { settleInterruptedDeliveries } from "../store/statements/settle-interrupted-deliveries.ts";
import { takeBackDelivery } from "../store/statements/take-back-delivery.ts";
import { enqueueDelivery } from "./enqueue.ts";
import { hasAll, waitingFor } from "./waiting.ts";
import { createOutboxWorker } from "./worker.ts";

const RETRY = { attempts: 10, first: 1_000, longest: 300_000, jitter: 0.2 };

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

/** A clock that leaps over every pause, and replies that wait for one chat when the gateway starts. */
async function outboxWith(t: TestContext, texts: readonly string[]) {
  const store = await freshStore(t);
  let time = 1_700_000_000_000;
  const clock = { now: () => (time += 600_000) };
  const ids = createIds(clock);
  const reply = { address: { channel: "telegram", account: "default", chat: "42", thread: null }, audience: "owner", peer: "42", replyTo: null };
  for (const text of texts) await enqueueDelivery(store, { turnId: null, sessionKey: "k", reply, text, draft: null, held: null }, ids, clock.now());
  return { store, clock };
}

function platform(answer: (text: string) => void) {
  const sent: string[] = [];
  const channel: Channel = {
    name: "telegram",
    accounts: ["default"],
    repeats: "ambiguous",
    start: async () => undefined,
    stop: async () => undefined,
    render: (markdown) => [{ text: markdown, plain: markdown }],
    async send({ part }) {
      answer(part.text);
      sent.push(part.text);
      return { messageId: `id-${sent.length}` };
    },
  };
  return { channel, sent };
}

async function untilNothingIsOwed(store: Store): Promise<string[]> {
  for (;;) {
    const states = (await store.all(countOpenDeliveries, {})).map(({ state }) => state);
    if (!states.some((state) => state === "pending" || state === "sending")) return states;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a reply that has to be tried again holds back the later ones to the same address", async (t) => {
  const { store, clock } = await outboxWith(t, ["one", "two", "three"]);
  let failures = 1;
  const { channel, sent } = platform(() => {
    if (failures-- > 0) throw new ContinuoError("CHANNEL_UNAVAILABLE", "busy");
  });
  const worker = createOutboxWorker({ store, clock, probe: noProbe, log: quiet, random: () => 0, retry: () => RETRY, guard: () => null, sends: () => true, channel: () => channel });
  await worker.takeUp(null, "hold");
  await untilNothingIsOwed(store);
  await worker.stop(1_000);
  assert.deepEqual(sent, ["one", "two", "three"]);
});

test("replies go out in the order of their commits, though the gateway of an earlier one has a clock that is ahead", async (t) => {
  const store = await freshStore(t);
  const now = 1_700_000_000_000;
  const reply = { address: { channel: "telegram", account: "default", chat: "42", thread: null }, audience: "owner", peer: "42", replyTo: null };
  const [ahead, behind] = [createIds({ now: () => now + 400 }), createIds({ now: () => now })];
  const enqueue = (text: string, ids = behind) => enqueueDelivery(store, { turnId: null, sessionKey: "k", reply, text, draft: null, held: null }, ids, now);
  await enqueue("one", ahead);
  await enqueue("two");
  const [first] = await waitingFor(store, reply.address);
  assert.equal(first?.text, "one");
  await store.run(beginDelivery, { id: first.id, attempts: 1 });
  // It may come back: what is committed now comes behind it as well.
  await enqueue("three", createIds({ now: () => now - 400 }));
  await store.run(takeBackDelivery, { id: first.id, attempts: 1 });
  await enqueue("four", ahead);
  assert.deepEqual((await waitingFor(store, reply.address)).map(({ text }) => text), ["one", "two", "three", "four"]);
});

/** A store that has noted that something is being sent, and meets with trouble before it says so. */
function troubled(store: Store, trouble: () => Promise<"broken" | "well">): Store {
  return {
    ...store,
    async run(statement, params) {
      if ((statement as unknown) !== beginDelivery) return store.run(statement, params);
      const rows = await store.run(statement, params);
      if ((await trouble()) === "broken") throw new ContinuoError("STORE_UNREACHABLE", "The connection broke before the answer.");
      return rows;
    },
  };
}

test("a reply is sent, in its order, though the connection to the store broke when its sending was noted", async (t) => {
  const { store, clock } = await outboxWith(t, ["one", "two"]);
  const { channel, sent } = platform(() => undefined);
  let breaks = 2;
  const broken = troubled(store, async () => (breaks-- > 0 ? "broken" : "well"));
  const worker = createOutboxWorker({ store: broken, clock, probe: noProbe, log: quiet, random: () => 0, retry: () => RETRY, guard: () => null, sends: () => true, channel: () => channel });
  await worker.takeUp(null, "hold");
  assert.deepEqual(await untilNothingIsOwed(store), []);
  await worker.stop(1_000);
  assert.deepEqual(sent, ["one", "two"]);
});

for (const settled of [false, true]) {
  test(`a gateway whose lease ended while it noted a sending sends nothing, and hands the reply on${settled ? ", which was labelled meanwhile" : ""}`, async (t) => {
    const { store, clock } = await outboxWith(t, ["one"]);
    const { channel, sent } = platform(() => undefined);
    const duty = { isHeld: true };
    const handed = Promise.withResolvers<string>();
    const slow = troubled(store, async () => {
      duty.isHeld = false;
      if (settled) await store.run(settleInterruptedDeliveries, { channel: "telegram", state: "unknown", error: "it may or may not have arrived" });
      return "well";
    });
    const parts = { clock, probe: noProbe, log: quiet, random: () => 0, retry: () => RETRY, guard: () => null, channel: () => channel };
    const worker = createOutboxWorker({ ...parts, store: slow, sends: () => duty.isHeld, handOver: ({ chat }) => handed.resolve(chat) });
    await worker.takeUp(null, "hold");
    assert.equal(await handed.promise, "42");
    await worker.stop(1_000);
    assert.deepEqual(sent, []);
    const next = createOutboxWorker({ ...parts, store, sends: () => true });
    await next.takeUp(null, "hold");
    assert.deepEqual(await untilNothingIsOwed(store), []);
    await next.stop(1_000);
    assert.deepEqual(sent, ["one"]);
  });
}

test("P16 a reply that the platform has is not sent again because the disk was full when it arrived", async (t) => {
  const { store, clock } = await outboxWith(t, ["one"]);
  const { channel, sent } = platform(() => undefined);
  let full = 1;
  const tight: Store = {
    ...store,
    run: (statement, params) =>
      (statement as unknown) === advanceDelivery && full-- > 0 ? Promise.reject(new ContinuoError("STORE_FULL", "The disk is full.")) : store.run(statement, params),
  };
  const worker = createOutboxWorker({ store: tight, clock, probe: noProbe, log: quiet, random: () => 0, retry: () => RETRY, guard: () => null, sends: () => true, channel: () => channel });
  await worker.takeUp(null, "hold");
  assert.deepEqual(await untilNothingIsOwed(store), []);
  await worker.stop(1_000);
  assert.deepEqual(sent, ["one"]);
});

for (const [uncertain, calls, state] of [["hold", ["one", "two"], ["unknown"]], ["resend", ["one", "one", "two"], []]] as const) {
  test(`P16 a reply whose connection broke before the answer is ${uncertain === "hold" ? "labelled and not sent again" : 'sent again with "resend"'}, and the later ones follow`, async (t) => {
    const { store, clock } = await outboxWith(t, ["one", "two"]);
    const tried: string[] = [];
    const { channel } = platform((text) => {
      if (tried.push(text) === 1) throw new ContinuoError("CHANNEL_UNCERTAIN", "the connection broke");
    });
    const worker = createOutboxWorker({ store, clock, probe: noProbe, log: quiet, random: () => 0, retry: () => RETRY, sends: () => true, guard: () => null, channel: () => channel });
    await worker.takeUp(null, uncertain);
    assert.deepEqual(await untilNothingIsOwed(store), state);
    await worker.stop(1_000);
    assert.deepEqual(tried, calls);
  });
}

test("a clock that was set back by an hour before the start keeps no reply waiting", async (t) => {
  const { store, clock: first } = await outboxWith(t, ["one"]);
  const time = first.now() - 3_600_000;
  const { channel, sent } = platform(() => undefined);
  const worker = createOutboxWorker({ store, clock: { now: () => time }, probe: noProbe, log: quiet, random: () => 0, retry: () => RETRY, sends: () => true, guard: () => null, channel: () => channel });
  await worker.takeUp(null, "hold");
  await untilNothingIsOwed(store);
  await worker.stop(1_000);
  assert.deepEqual(sent, ["one"]);
});

test("an address has all only when nothing waits for it or is under way there", async (t) => {
  const { store } = await outboxWith(t, ["one"]);
  const here = { channel: "telegram", account: "default", chat: "42", thread: null };
  const [waiting] = await waitingFor(store, here);
  assert.ok(waiting);
  assert.deepEqual([await hasAll(store, here), await hasAll(store, { ...here, chat: "43" })], [false, true]);
  await store.run(beginDelivery, { id: waiting.id, attempts: 1 });
  assert.equal(await hasAll(store, here), false);
  await store.run(advanceDelivery, { id: waiting.id, state: "sent", sent_parts: 1, receipts: "[]", settled_at: 1 });
  assert.equal(await hasAll(store, here), true);
});
