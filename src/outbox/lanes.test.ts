import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Address } from "../domain/address.ts";
import type { Channel } from "../domain/channel.ts";
import { ContinuoError } from "../domain/errors.ts";
import { createIds } from "../domain/ids.ts";
import { noProbe } from "../domain/probe.ts";
import { removeStateDir, storeIn } from "../../test/store/database.ts";
import type { Executor, Store } from "../store/store.ts";
import { countOpenDeliveries } from "../store/statements/count-open-deliveries.ts";
import { listLaneDeliveries } from "../store/statements/list-lane-deliveries.ts";
import { enqueueDelivery } from "./enqueue.ts";
import { createOutboxWorker } from "./worker.ts";

const OWED = Number(process.env["CONTINUO_TEST_OWED"] ?? 2_000);
const NOW = 1_700_000_000_000;
const clock = { now: () => NOW };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

const chat = (name: string, thread: string | null = null): Address => ({ channel: "telegram", account: "default", chat: name, thread });

/** A store that counts what is read, and a platform on which `dead` answers nothing. */
async function outboxWith(t: TestContext, owed: readonly Address[]) {
  const directory = mkdtempSync(join(tmpdir(), "continuo-lanes-"));
  const store = await storeIn(directory);
  const ids = createIds(clock);
  const put = (tx: Executor, address: Address, text: string) =>
    enqueueDelivery(tx, { turnId: null, sessionKey: "k", reply: { address, audience: "owner", peer: "42", replyTo: null }, text, draft: null, held: null }, ids, NOW);
  await store.transaction(async (tx) => {
    for (const [index, address] of owed.entries()) await put(tx, address, `owed ${index}`);
  });
  const read = { rows: 0, open: 0, lanes: new Map<string, number>() };
  const counting: Store = {
    ...store,
    async all(statement, params) {
      read.open++;
      const rows = await store.all(statement, params);
      read.open--;
      read.rows += rows.length;
      const lane = JSON.stringify(params);
      if ((statement as unknown) === listLaneDeliveries) read.lanes.set(lane, (read.lanes.get(lane) ?? 0) + 1);
      return rows;
    },
    async get(statement, params) {
      read.open++;
      read.rows += 1;
      const row = await store.get(statement, params);
      read.open--;
      return row;
    },
  };
  /** These chats were tried and each looked at once more behind that, and whoever looked everywhere is through. */
  const untilAsleep = (lanes: number): Promise<void> => until(() => read.lanes.size === lanes && read.lanes.values().every((looks) => looks > 1) && read.open === 0);
  const sent: string[] = [];
  const refused = new Set<string>();
  const channel: Channel = {
    name: "telegram",
    accounts: ["default"],
    repeats: "ambiguous",
    start: async () => undefined,
    stop: async () => undefined,
    render: (markdown) => [{ text: markdown, plain: markdown }],
    async send({ address, part }) {
      if (address.chat.startsWith("dead")) refused.add(part.text);
      if (refused.has(part.text)) throw new ContinuoError("CHANNEL_UNAVAILABLE", "nobody there");
      sent.push(part.text);
      return { messageId: `id-${sent.length}` };
    },
  };
  const worker = createOutboxWorker({ store: counting, clock, probe: noProbe, log: quiet, random: () => 0, retry: () => ({ attempts: 10, first: 1_000, longest: 300_000, jitter: 0.2 }), guard: () => null, sends: () => true, channel: () => channel });
  t.after(async () => {
    await worker.stop(1_000);
    await store.close();
    await removeStateDir(directory);
  });
  const say = async (address: Address, text: string, hint?: Address): Promise<void> => {
    await store.transaction((tx) => put(tx, address, text));
    worker.wake(hint);
    await until(() => sent.includes(text));
  };
  return { store, worker, sent, read, untilAsleep, say };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

const untilPending = (store: Store, count: number) =>
  until(async () => {
    const open = await store.all(countOpenDeliveries, {});
    return open.every(({ state, count: there }) => state === "pending" && there === count);
  });

test("what waits for a chat that cannot be reached is not read again for each reply to another", async (t) => {
  const { store, worker, read, untilAsleep, say } = await outboxWith(t, Array.from({ length: OWED }, () => chat("dead")));
  await worker.takeUp(null, "hold");
  await untilAsleep(1);
  await untilPending(store, OWED);
  read.rows = 0;
  for (let reply = 0; reply < 10; reply++) await say(chat("alive"), `reply ${reply}`, chat("alive"));
  await untilPending(store, OWED);
  assert.ok(read.rows <= 10 * 20, `${read.rows} rows were read for ten replies`);
});

test("a wake that does not say for whom looks at the head of each chat, not at what waits behind it", async (t) => {
  const { store, worker, read, untilAsleep, say } = await outboxWith(t, Array.from({ length: OWED }, (_, index) => chat(`dead ${index % 4}`, index % 2 === 0 ? null : "7")));
  await worker.takeUp(null, "hold");
  await untilAsleep(4);
  await untilPending(store, OWED);
  read.rows = 0;
  await say(chat("alive"), "hello");
  await untilPending(store, OWED);
  assert.ok(read.rows <= 40, `${read.rows} rows were read`);
});

test("every chat and every thread of it is found, and each is sent in order", async (t) => {
  const places = [chat("a"), chat("a", "1"), chat("a", "2"), chat("b", "1"), chat("c")];
  const owed = Array.from({ length: 10 }, () => places).flat();
  const { store, worker, sent } = await outboxWith(t, owed);
  await worker.takeUp(null, "hold");
  await untilPending(store, 0);
  for (const place of places) {
    const texts = owed.flatMap((address, index) => (address === place ? [`owed ${index}`] : []));
    assert.deepEqual(sent.filter((text) => texts.includes(text)), texts);
  }
  assert.equal(sent.length, owed.length);
});
