/**
 * The wall (law 4, P1, P19): 50 humans on 6 channels with two accounts each speak in private and in rooms, link and
 * unlink themselves, are linked by the operator, and the scope changes and is taken back, all while they speak. Each
 * message plants a marker; every request that a model is shown is searched for those of others, and judged by a model of
 * its own (`wall/model.ts`). 10,000 messages here; the million is
 *
 *     CONTINUO_WALL_MESSAGES=1000000 TMPDIR=/dev/shm node --test test/property/wall.test.ts
 *
 * with `CONTINUO_WALL_SEED=n` for others than the usual rounds, and `CONTINUO_WALL_WORKERS=2` to use two processors.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runRounds, smallest, type Many } from "./wall/rounds.ts";

const EACH_ROUND = 5_000;
const MESSAGES = Number(process.env.CONTINUO_WALL_MESSAGES ?? 10_000);
const SEED = Number(process.env.CONTINUO_WALL_SEED ?? 1);
const WORKERS = Number(process.env.CONTINUO_WALL_WORKERS ?? 1);

/** A round's own faults are words; a failure says how to have it again. */
async function mustStand(many: Omit<Many, "onRound">, say: (line: string) => void) {
  const began = performance.now();
  const total = await runRounds({
    ...many,
    onRound: (done, { counts }) => {
      if (done % 10 === 0) say(`${counts.messages} messages, ${Math.round((counts.messages / (performance.now() - began)) * 1000)}/s, ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
    },
  });
  const { failed } = total;
  if (failed !== null) {
    const { actions, faults } = await smallest(failed.seed, many.draw, many.options);
    assert.fail([`seed ${failed.seed}: ${failed.faults[0]}`, `${actions.length} actions still fail, ${faults[0] ?? "not every time"}:`, ...actions.slice(0, 60).map((action) => `  ${JSON.stringify(action)}`)].join("\n"));
  }
  say(`${JSON.stringify(total.counts)} canaries ${JSON.stringify(total.canaries)} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return total;
}

test(`P1 P19 ${MESSAGES.toLocaleString("en-US")} messages of 50 people on 6 channels: no request holds a foreign word, and what is shared is there`, async (t) => {
  const messages = Math.min(MESSAGES, EACH_ROUND);
  const rounds = Math.ceil(MESSAGES / EACH_ROUND);
  const many = { seed: SEED, rounds, draw: { messages, each: 60 }, workers: WORKERS, options: { window: 200, canary: false } };
  const { counts } = await mustStand(many, (line) => t.diagnostic(line));
  assert.equal(counts.foreign, 0);
  assert.ok(counts.messages >= MESSAGES);
  assert.ok(counts.requests > 0.8 * counts.messages, "most messages are asked about");
  assert.ok(counts.sharedPrivate > 0.2 * counts.requests, "many requests held what somebody's other account had said");
  assert.ok(counts.sharedRoom > 0.03 * counts.requests, "and what others had said in the room");
  assert.ok(counts.afterLink > counts.messages / 1_000, "after a link the other side's last words were known");
  assert.ok(counts.keptApart > counts.messages / 2_000, "after an unlink they were not");
  assert.ok(counts.held < counts.replies / 100, "what the guard holds is what was under way when somebody left");
});

test("P1 with canaries in every request the self-test sees them at home, and no breach", async (t) => {
  const many = { seed: 7_001, rounds: 1, draw: { messages: 2_000, each: 60 }, workers: 1, options: { window: 200, canary: true } };
  const { counts, canaries } = await mustStand(many, (line) => t.diagnostic(line));
  assert.equal(counts.foreign, 0);
  assert.equal(canaries.breaches, 0);
  assert.ok(canaries.markers > canaries.requests, "each request carries its own at least, and many carry others'");
});

test("P1 with full queues: what is dropped, and summed up for the next answer, stays on its side", async (t) => {
  const many = { seed: 9_001, rounds: 1, draw: { messages: 2_000, each: 60 }, workers: 1, options: { window: 200, canary: true, cap: 3 } };
  const { counts, canaries } = await mustStand(many, (line) => t.diagnostic(line));
  assert.equal(counts.foreign, 0);
  assert.equal(canaries.breaches, 0);
  assert.ok(counts.requests < 0.9 * counts.messages, "much was dropped");
});
