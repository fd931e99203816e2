/** P5 and law 1 under load: kill -9 at moments nobody chose, with twenty sessions busy. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { seeded } from "./random.ts";
import { createSpeaker, marksOf, openScene } from "./scene.ts";
import { bundleVictim } from "./victim.ts";

/** 6 by default, to be quick; the heavy version has a tenth of CONTINUO_FAULT_TURNS. */
const KILLS = Math.max(6, Math.floor(Number(process.env["CONTINUO_FAULT_TURNS"] ?? 0) / 10));
const SESSIONS = 20;
const EACH = 8;

const bundle = await bundleVictim();
after(() => bundle.remove());

test("P5 kill -9 at random moments of twenty busy sessions: whatever was acknowledged is there once and answered once, in order", async (t) => {
  const scene = await openScene(t, bundle);
  const speaker = createSpeaker();
  const random = seeded(20_261);
  const said = new Map<string, string[]>();
  let counter = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const { victim, client } = await scene.start();
    await speaker.sayAgain(client);
    await client.settled();
    const target = speaker.acknowledged.size + 1 + Math.floor(random() * SESSIONS * EACH * 0.8);
    const talk = async (session: string): Promise<void> => {
      const before = speaker.acknowledged;
      for (let i = 0; i < EACH; i++) {
        const mark = `mark-${++counter}`;
        said.set(session, [...(said.get(session) ?? []), mark]);
        await speaker.say(client, [{ mark, session }]);
        // The gateway dies as soon as this many are acknowledged, whatever it is in the middle of.
        if (speaker.acknowledged.size >= target) void victim.kill();
        if (!before.has(mark)) return;
      }
    };
    await Promise.all(Array.from({ length: SESSIONS }, (_, i) => talk(`room-${i}`)));
    assert.equal(await victim.dead, "SIGKILL", victim.stderr());
  }
  const acknowledged = new Set(speaker.acknowledged);
  const { victim, client } = await scene.start();
  await speaker.sayAgain(client);
  await client.settled();
  let lost = 0;
  for (const [session, marks] of said) {
    const history = await client.history(session);
    const asked = history.filter(({ role }) => role === "user").flatMap(({ text }) => marksOf(text));
    const answered = history.filter(({ role }) => role === "assistant").flatMap(({ text }) => marksOf(text));
    lost += marks.filter((mark) => acknowledged.has(mark) && !asked.includes(mark)).length;
    assert.deepEqual(asked, marks, `${session}: said once, in order`);
    assert.deepEqual(answered, marks, `${session}: answered once, in order`);
  }
  assert.equal(lost, 0);
  assert.equal((await client.status()).sessions.running, 0);
  t.diagnostic(`${KILLS} random kills, ${SESSIONS} sessions, ${counter} messages (${acknowledged.size} acknowledged before their gateway died or after): ${lost} lost, 0 doubled`);
  await victim.stop();
});
