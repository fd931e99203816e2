import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Channel } from "../domain/channel.ts";
import { systemClock } from "../domain/clock.ts";
import { ContinuoError } from "../domain/errors.ts";
import { createIds } from "../domain/ids.ts";
import { noProbe } from "../domain/probe.ts";
import { freshStore } from "../../test/store/database.ts";
import type { Store } from "../store/store.ts";
import { beginDelivery } from "../store/statements/begin-delivery.ts";
import { countOpenDeliveries } from "../store/statements/count-open-deliveries.ts";
import { enqueueDelivery } from "./enqueue.ts";
import { sendDelivery } from "./send.ts";
import { waitingFor } from "./waiting.ts";
import { createOutboxWorker } from "./worker.ts";

const RETRY = { attempts: 10, first: 1_000, longest: 300_000, jitter: 0.2 };

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const address = { channel: "telegram", account: "default", chat: "42", thread: null };

/** Sends each word as a part of its own, and keeps what it was asked for. */
function platform() {
  const calls: string[] = [];
  const failing = new Set<string>();
  const refuse = (call: string, code: "CHANNEL_REJECTED" | "CHANNEL_UNAVAILABLE"): void => {
    calls.push(call);
    if (failing.delete(call)) throw new ContinuoError(code, "no");
  };
  const channel: Channel = {
    name: "telegram",
    accounts: ["default"],
    repeats: "ambiguous",
    start: async () => undefined,
    stop: async () => undefined,
    render: (text) => text.split(" ").map((word) => ({ text: word, plain: word })),
    async send({ part }) {
      refuse(`send ${part.text}`, "CHANNEL_UNAVAILABLE");
      return { messageId: `id-${part.text}` };
    },
    edits: { intervalMs: 1, edit: async (_address, id, part) => refuse(`edit ${id} ${part.text}`, "CHANNEL_REJECTED") },
  };
  return { channel, calls, failing };
}

async function outbox(t: TestContext, text: string, draft: string | null) {
  const store = await freshStore(t);
  const ids = createIds(systemClock);
  await store.transaction((tx) => enqueueDelivery(tx, { turnId: null, sessionKey: "k", reply: { address, audience: "owner", peer: "42", replyTo: null }, text, draft, held: null }, ids, 0));
  return store;
}

async function pending(store: Store) {
  const [delivery] = await waitingFor(store, address);
  assert.ok(delivery);
  return delivery;
}

/** A gateway died during the call; the next one starts. */
async function dieAndStart(store: Store, channel: Channel): Promise<string[]> {
  const { id } = await pending(store);
  await store.run(beginDelivery, { id, attempts: 1 });
  const worker = createOutboxWorker({ store, clock: systemClock, probe: noProbe, log: quiet, random: () => 0, retry: () => RETRY, guard: () => null, sends: () => true, channel: () => channel });
  await worker.takeUp(null, "hold");
  for (;;) {
    const states = (await store.all(countOpenDeliveries, {})).map(({ state }) => state);
    if (!states.some((state) => state === "pending" || state === "sending")) {
      await worker.stop(1_000);
      return states;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("completing a draft is repeated after a death: an edit does no harm twice", async (t) => {
  const { channel, calls } = platform();
  assert.deepEqual(await dieAndStart(await outbox(t, "hello", "d7"), channel), []);
  assert.deepEqual(calls, ["edit d7 hello"]);
});

test("P16 a message that may have arrived is not sent again", async (t) => {
  const { channel, calls } = platform();
  assert.deepEqual(await dieAndStart(await outbox(t, "hello", null), channel), ["unknown"]);
  assert.deepEqual(calls, []);
});

test("a draft that is gone is forgotten before its reply is sent as a message", async (t) => {
  const { channel, calls, failing } = platform();
  const store = await outbox(t, "hello", "d7");
  failing.add("edit d7 hello").add("send hello");
  const parts = { store, clock: systemClock, probe: noProbe, log: quiet };
  await assert.rejects(sendDelivery(parts, channel, await pending(store), new AbortController().signal), { code: "CHANNEL_UNAVAILABLE" });
  assert.equal((await pending(store)).draft, null);
  assert.deepEqual(calls, ["edit d7 hello", "send hello"]);
});

test("a reply that goes on at its second part keeps what the platform said of the first", async (t) => {
  const { channel, failing } = platform();
  const store = await outbox(t, "one two", null);
  failing.add("send two");
  const parts = { store, clock: systemClock, probe: noProbe, log: quiet };
  const first = await pending(store);
  await assert.rejects(sendDelivery(parts, channel, first, new AbortController().signal));
  const advanced: Record<string, unknown>[] = [];
  const recording = { ...store, run: async (_: unknown, params: Record<string, unknown>) => advanced.push(params) } as unknown as Store;
  await sendDelivery({ ...parts, store: recording }, channel, { ...first, sentParts: 1, receipts: ["id-one"] }, new AbortController().signal);
  assert.deepEqual(advanced.map(({ receipts, state }) => [receipts, state]), [['["id-one","id-two"]', "sent"]]);
});
