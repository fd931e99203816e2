/** A job whose gateway dies (kill -9) on the way from its instant to the chat: it is said once all the same. */
import assert from "node:assert/strict";
import { after, describe, test, type TestContext } from "node:test";
import type { ProbePoint } from "../../src/domain/probe.ts";
import { ENGINE } from "../store/engine.ts";
import { until, type Client } from "../e2e/client.ts";
import { marksOf, openScene } from "./scene.ts";
import { bundleVictim } from "./victim.ts";

/** On PostgreSQL each restart waits for a lease. */
const KILLS = ENGINE === "postgres" ? 1 : 2;
const CHAT = 501;
const KEY = `agent:main:telegram:dm:${CHAT}`;
const SOON_MS = 400;

const bundle = await bundleVictim();
after(() => bundle.remove());

/** Once, in a moment, and then it is gone; its words go to where that session was last reached. */
function jobOf(mark: string): object {
  return { name: "note", schedule: { kind: "at", at: new Date(Date.now() + SOON_MS).toISOString() }, payload: { kind: "agentTurn", message: `please note ${mark}` }, sessionKey: KEY };
}

async function isOver(client: Client): Promise<boolean> {
  return (await client.request<{ jobs: readonly unknown[] }>("cron.list", { includeDisabled: true })).jobs.length === 0;
}

async function killAt(t: TestContext, point: ProbePoint): Promise<void> {
  const scene = await openScene(t, bundle);
  const first = await scene.start();
  await scene.tell(CHAT, "hello mark-hello");
  await until("the chat is answered", () => scene.heard(CHAT).length === 1);
  const marks = Array.from({ length: KILLS }, (_, round) => `mark-${point}-${round}`);
  let victim = first.victim;
  let client = first.client;
  for (const mark of marks) {
    await client.settled();
    await victim.arm({ point, nth: 1 });
    await client.request("cron.add", jobOf(mark));
    assert.equal(await victim.dead, "SIGKILL", victim.stderr());
    ({ victim, client } = await scene.start());
    await until("the job is done and gone", () => isOver(client), 60_000);
  }
  await client.settled();
  const unknown = (await scene.rows<{ text: string }>("select text from outbox where state = 'unknown'")).flatMap(({ text }) => marksOf(text));
  const isUnsure = point === "before-send" || point === "after-send";
  assert.deepEqual(unknown, isUnsure ? marks : []);
  const heard = scene.heard(CHAT).filter((mark) => mark !== "mark-hello");
  // In the moment of a platform call nobody can know: it is labelled, and not said a second time.
  assert.deepEqual(heard, point === "before-send" ? [] : marks, "each is in the chat once");
  const told = (await client.history(KEY)).filter(({ role }) => role === "assistant").flatMap(({ text }) => marksOf(text));
  assert.deepEqual(told, ["mark-hello", ...marks], "and once in its conversation");
  assert.deepEqual(await scene.rows("select state from turns where state <> 'committed'"), []);
  assert.equal((await scene.rows("select id from inbox where run_id like 'cron:%'")).length, KILLS);
  await victim.stop();
}

describe("P5 kill -9 of a gateway whose job is due", { concurrency: 2 }, () => {
  for (const point of ["accepted", "claimed", "before-commit", "committed", "before-send", "after-send", "delivered"] as const) {
    test(`P5 kill -9 at "${point}": a job's words are said once, or labelled`, (t) => killAt(t, point));
  }
});
