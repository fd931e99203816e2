import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Channel, ChannelLog } from "../domain/channel.ts";
import { ContinuoError } from "../domain/errors.ts";
import { createIds } from "../domain/ids.ts";
import { noProbe } from "../domain/probe.ts";
import { removeStateDir, rowsIn, storeIn } from "../../test/store/database.ts";
import { enqueueDelivery } from "./enqueue.ts";
import { createOutboxWorker } from "./worker.ts";

const RETRY = { attempts: 10, first: 1_000, longest: 300_000, jitter: 0.2 };

const LEAP_MS = 600_000;

interface Ended {
  readonly attempts: number;
  readonly code: unknown;
  readonly state: string;
  readonly error: string;
}

/** Sends one reply through a channel that always fails so, on a clock that leaps over every pause, to its end. */
async function sendThrough(failure: () => ContinuoError): Promise<Ended> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-outbox-"));
  const store = await storeIn(directory);
  let time = 1_700_000_000_000;
  const clock = { now: () => (time += LEAP_MS) };
  const failed = Promise.withResolvers<object>();
  let attempts = 0;
  const channel: Channel = {
    name: "telegram",
    accounts: ["default"],
    repeats: "ambiguous",
    start: async () => undefined,
    stop: async () => undefined,
    render: (markdown) => [{ text: markdown, plain: markdown }],
    send() {
      attempts += 1;
      return Promise.reject(failure());
    },
  };
  const log: ChannelLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (fields) => failed.resolve(fields) };
  const worker = createOutboxWorker({ store, clock, probe: noProbe, log, random: () => 0, retry: () => RETRY, guard: () => null, sends: () => true, channel: () => channel });
  const reply = { address: { channel: "telegram", account: "default", chat: "42", thread: null }, audience: "owner", peer: "42", replyTo: null };
  await enqueueDelivery(store, { turnId: null, sessionKey: "agent:main:main", reply, text: "hello", draft: null, held: null }, createIds(clock), clock.now());
  await worker.takeUp(null, "hold");
  const { code } = (await failed.promise) as { readonly code: unknown };
  await worker.stop(1_000);
  await store.close();
  const [{ state, error } = { state: "gone", error: "" }] = await rowsIn<{ readonly state: string; readonly error: string }>(directory, "select state, error from outbox");
  await removeStateDir(directory);
  return { attempts, code, state, error };
}

test("a reply that could be tried again is given up after the last attempt, and keeps what that one said", async () => {
  const { attempts, code, state, error } = await sendThrough(() => new ContinuoError("CHANNEL_UNAVAILABLE", "The platform is busy."));
  assert.equal(attempts, RETRY.attempts);
  assert.equal(state, "failed");
  assert.equal(code, "OUTBOX_GAVE_UP");
  assert.equal(error, `OUTBOX_GAVE_UP: Given up after ${RETRY.attempts} attempts; the last ended with CHANNEL_UNAVAILABLE: The platform is busy.`);
});

test("a reply that the platform refuses fails at once, under the refusal's own code", async () => {
  const { attempts, state, error } = await sendThrough(() => new ContinuoError("CHANNEL_REJECTED", "The bot was blocked."));
  assert.equal(attempts, 1);
  assert.equal(state, "failed");
  assert.equal(error, "CHANNEL_REJECTED: The bot was blocked.");
});
