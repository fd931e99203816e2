/**
 * P5: kill -9 at every step of a message's way. CONTINUO_FAULT_TURNS sets how many kills each step gets: 20 by default,
 * 8 on PostgreSQL, where each restart waits for a lease, so that the suite stays quick; 200 is the size of the promise.
 */
import assert from "node:assert/strict";
import { after, describe, test, type TestContext } from "node:test";
import type { ProbePoint } from "../../src/domain/probe.ts";
import type { Client } from "../e2e/client.ts";
import { ENGINE } from "../store/engine.ts";
import { createSpeaker, marksOf, openScene, type Scene, type Speaker } from "./scene.ts";
import { bundleVictim } from "./victim.ts";

const KILLS = Number(process.env["CONTINUO_FAULT_TURNS"] ?? (ENGINE === "postgres" ? 8 : 20));
const CHATS = [501, 502, 503];
const SESSIONS = ["red", "green", "blue"];

const bundle = await bundleVictim();
after(() => bundle.remove());

function keyOf(chat: number): string {
  return `agent:main:telegram:dm:${chat}`;
}

/** Each was said once and answered once, in order; nothing is there twice. */
async function checkTranscript(client: Client, key: string, said: readonly string[]): Promise<void> {
  const history = await client.history(key);
  assert.deepEqual(history.filter(({ role }) => role === "user").flatMap(({ text }) => marksOf(text)), said, `${key}: what was said`);
  assert.deepEqual(history.filter(({ role }) => role === "assistant").flatMap(({ text }) => marksOf(text)), said, `${key}: what was answered`);
  assert.ok(history.every(({ stopReason }) => stopReason !== "aborted" && stopReason !== "error"), `${key}: no answer is cut off`);
}

/** Says two messages in one chat of the platform, one behind the other, and lets the gateway die on the way. */
async function killOnPlatform(scene: Scene, round: number, point: ProbePoint, said: Map<number, string[]>): Promise<void> {
  const { victim } = await scene.start();
  const chat = CHATS[round % CHATS.length] ?? 0;
  await victim.arm({ point, nth: 1 });
  for (const mark of [`mark-${point}-${round}-1`, `mark-${point}-${round}-2`]) {
    said.set(chat, [...(said.get(chat) ?? []), mark]);
    await scene.tell(chat, `please note ${mark}`);
  }
  assert.equal(await victim.dead, "SIGKILL", victim.stderr());
}

/** The same with four messages of a client, in two sessions. */
async function killOnSocket(scene: Scene, round: number, point: ProbePoint, speaker: Speaker, said: Map<string, string[]>): Promise<void> {
  const { victim, client } = await scene.start();
  await speaker.sayAgain(client);
  await client.settled();
  await victim.arm({ point, nth: 1 + (round % 2) });
  const messages = [0, 1, 2, 3].map((i) => ({ mark: `mark-${point}-${round}-${i}`, session: SESSIONS[(round + (i % 2)) % SESSIONS.length] ?? "" }));
  for (const { mark, session } of messages) said.set(session, [...(said.get(session) ?? []), mark]);
  await speaker.say(client, messages);
  assert.equal(await victim.dead, "SIGKILL", victim.stderr());
}

/** Nothing is stuck: no turn runs, nothing waits, and every session answers again. */
async function checkAlive(scene: Scene, client: Client, speaker: Speaker): Promise<void> {
  for (const session of SESSIONS) assert.match(await client.ask(`hello mark-after-${session}`, session), /mark-after/);
  assert.equal((await client.status()).sessions.running, 0);
  assert.deepEqual(await scene.rows("select state, count(*) as count from inbox where state <> 'done' group by state"), []);
  assert.deepEqual(await scene.rows("select id from turns where state <> 'committed'"), []);
  const ids = (await scene.rows<{ run_id: string }>("select run_id from inbox")).map((row) => row.run_id);
  for (const mark of speaker.acknowledged) assert.equal(ids.filter((id) => id === mark).length, 1, mark);
}

async function killAt(t: TestContext, point: ProbePoint): Promise<void> {
  const scene = await openScene(t, bundle);
  const speaker = createSpeaker();
  const [inChats, inSessions] = [new Map<number, string[]>(), new Map<string, string[]>()];
  for (let round = 0; round < KILLS; round++) {
    if (round % 2 === 0) await killOnPlatform(scene, round, point, inChats);
    else await killOnSocket(scene, round, point, speaker, inSessions);
  }
  const { victim, client } = await scene.start();
  await speaker.sayAgain(client);
  const status = await client.settled();
  for (const [chat, marks] of inChats) {
    assert.deepEqual(scene.heard(chat), marks, `chat ${chat} got each answer once, in order`);
    await checkTranscript(client, keyOf(chat), marks);
  }
  for (const [session, marks] of inSessions) await checkTranscript(client, `agent:main:${session}`, marks);
  assert.deepEqual([status.queue.deliveriesUnknown, status.queue.deliveriesFailed], [0, 0]);
  await checkAlive(scene, client, speaker);
  const messages = [...inChats.values(), ...inSessions.values()].flat().length;
  t.diagnostic(`${KILLS} kills at ${point}, ${messages} messages: 0 lost, 0 doubled`);
  await victim.stop();
}

/** In the moment of a platform call nobody can know whether it arrived: it is labelled, and not guessed. */
async function killWhileSending(t: TestContext, point: "before-send" | "after-send" | "delivered"): Promise<void> {
  const scene = await openScene(t, bundle);
  const said = new Map<number, string[]>();
  for (let round = 0; round < KILLS; round++) await killOnPlatform(scene, round, point, said);
  const { victim, client } = await scene.start();
  const status = await client.settled();
  const unknown = (await scene.rows<{ text: string }>("select text from outbox where state = 'unknown'")).flatMap(({ text }) => marksOf(text));
  for (const [chat, marks] of said) {
    const expected = point !== "before-send" ? marks : marks.filter((mark) => !unknown.includes(mark));
    assert.deepEqual(scene.heard(chat), expected, `chat ${chat}: none twice, in order, and what is missing is labelled`);
    await checkTranscript(client, keyOf(chat), marks);
  }
  const labelled = point === "delivered" ? 0 : KILLS;
  assert.equal(status.queue.deliveriesUnknown, labelled);
  assert.equal(status.queue.deliveriesFailed, 0);
  await checkAlive(scene, client, createSpeaker());
  t.diagnostic(`${KILLS} kills at ${point}, ${[...said.values()].flat().length} messages: 0 turns lost, 0 sent twice, ${labelled} labelled unknown`);
  await victim.stop();
}

describe("P5 kill -9", { concurrency: 2 }, () => {
  for (const point of ["received", "accepted", "claimed", "streaming", "before-commit", "committed"] as const) {
    test(`P5 kill -9 at "${point}": every message has one turn and one reply, in its own chat, in order`, (t) => killAt(t, point));
  }
  test('P5 kill -9 at "delivered": what is there and noted is neither sent again nor unknown', (t) => killWhileSending(t, "delivered"));
  for (const point of ["before-send", "after-send"] as const) {
    test(`P5 kill -9 at "${point}": no reply is sent twice, and one that nobody can be sure of is labelled unknown`, (t) => killWhileSending(t, point));
  }
});
