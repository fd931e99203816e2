/** The promises of docs/reliability.md at the sizes in which people met them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ContinuoError } from "../../src/domain/errors.ts";
import { describeSession } from "../../src/store/statements/describe-session.ts";
import { rowsIn } from "../store/database.ts";
import { hang, message, openTo, say, startHarness, until, type Answer, type Harness } from "./harness.ts";

const DM = "agent:main:telegram:dm:42";
const config = openTo("telegram");

const words = (h: Harness): string[] => h.channel("telegram").sent.map(({ part }) => part.text);
const saidBy = async (h: Harness, key: string): Promise<string[]> => (await h.texts(key)).filter((line) => line.startsWith("user: ")).map((line) => line.slice("user: ".length));
const numbered = (count: number, word: string): string[] => Array.from({ length: count }, (_, i) => `${word} ${i}`);

test("P16 forty ids, each delivered six times at once, before, across and after two deaths: one item, one turn, one reply each", async () => {
  const all = numbered(40, "id").map((id, i) => message(`text ${i}`, { id, sender: `${100 + (i % 8)}` }));
  const answers: Answer = (request) => say(`echo: ${request.messages.at(-1)?.text ?? ""}`);
  const options = { config, answers: { echo: answers }, debounceMs: 0 };
  const deliver = (h: Harness, times: number) => Promise.all(Array.from({ length: times }, () => all.map((one) => h.receive(one))).flat());
  const told: string[] = [];
  const first = await startHarness(options);
  const outcomes = await deliver(first, 3);
  assert.equal(outcomes.filter(({ kind }) => kind === "accepted").length, all.length);
  await first.kill();
  told.push(...words(first));
  const second = await startHarness({ ...options, directory: first.directory });
  assert.ok((await deliver(second, 2)).every(({ kind }) => kind === "duplicate"));
  await second.settled();
  await second.kill();
  told.push(...words(second));
  const third = await startHarness({ ...options, directory: first.directory });
  assert.ok((await deliver(third, 1)).every(({ kind }) => kind === "duplicate"));
  await third.settled();
  assert.equal(third.requests.length, 0, "nothing is asked again");
  assert.deepEqual(words(third), []);
  for (let sender = 100; sender < 108; sender++) {
    const own = all.filter((one) => one.sender.id === String(sender)).map(({ text }) => text);
    assert.deepEqual(await saidBy(third, `agent:main:telegram:dm:${sender}`), own);
  }
  assert.equal(new Set(told).size, told.length, "no reply twice");
  await third.close();
});

for (const [how, end] of [
  ["is stopped", async (h: Harness) => void (await h.receive(message("/stop")))],
  ["times out", async () => undefined],
] as const) {
  test(`P4 twenty messages of a Telegram chat behind a turn that ${how}: all reach a model, in order, once, and the sender hears of each end`, async () => {
    const answers: Answer = (request) => (request.messages.at(-1)?.text === "slow" ? hang() : say("done"));
    const timeoutSeconds = how === "times out" ? 0.4 : 600;
    const h = await startHarness({ config: { ...config, agents: { defaults: { model: "test/echo", timeoutSeconds } } }, answers: { echo: answers } });
    await h.receive(message("slow"));
    await until("the slow turn runs", () => h.requests.length === 1);
    const queued = numbered(20, "queued");
    await Promise.all(queued.map((text) => h.receive(message(text))));
    await end(h);
    await h.settled();
    assert.deepEqual(await saidBy(h, DM), ["slow", ...queued]);
    const asked = h.requests.at(-1)?.messages.map(({ text }) => text) ?? [];
    assert.deepEqual(asked, ["slow", ...queued]);
    assert.equal(words(h).at(-1), "done");
    assert.equal(words(h).length, 2);
    await h.close();
  });
}

test("P8 five turns of a provider that answers 500: each text is in the store before the model is asked, and the next good turn sees each once", async () => {
  let broken = true;
  const stored: boolean[] = [];
  const answers: Answer = async function* (request) {
    stored.push((await rowsIn(h.directory, "select 1 as there from entries where role = 'user' and text = ?", request.messages.at(-1)?.text ?? "")).length === 1);
    if (broken) throw new ContinuoError("MODEL_REJECTED", "The provider answered 500.");
    yield* say("fine");
  };
  const h: Harness = await startHarness({ config, answers: { echo: answers } });
  for (const text of numbered(5, "text")) {
    await h.receive(message(text));
    await h.settled();
  }
  broken = false;
  await h.receive(message("text 5"));
  await h.settled();
  assert.deepEqual(stored, Array.from({ length: 6 }, () => true));
  assert.deepEqual(h.requests.at(-1)?.messages.map(({ text }) => text), numbered(6, "text"));
  assert.deepEqual(words(h).map((text) => text.slice(0, 2)), ["⚠️", "⚠️", "⚠️", "⚠️", "⚠️", "fi"]);
  await h.close();
});

test("P9 fifty messages within one second, while turns run: no error, none lost, each asked once, in order", async () => {
  const h = await startHarness({ config, debounceMs: 30, queue: { cap: 100 } });
  const began = Date.now();
  const texts = numbered(50, "quick");
  const outcomes: string[] = [];
  for (const text of texts) {
    outcomes.push((await h.receive(message(text))).kind);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(Date.now() - began < 5_000);
  await h.settled();
  assert.ok(outcomes.every((kind) => kind === "accepted"));
  assert.deepEqual(await saidBy(h, DM), texts);
  assert.deepEqual(h.requests.at(-1)?.messages.filter(({ role }) => role === "user").map(({ text }) => text), texts);
  assert.ok(!h.events.some(({ kind }) => kind === "failed" || kind === "aborted"));
  await h.close();
});

const IDLE_MS = 10 * 60_000;

/** When the two come, around the moment at which the conversation is idle for too long; and what the current one holds then. */
const AROUND: readonly (readonly [first: number, second: number, current: readonly string[]])[] = [
  [-300, -1, ["before", "one", "two"]],
  [-150, 150, ["before", "one", "two"]],
  [0, 0, ["before", "one", "two"]],
  [1, 300, ["one", "two"]],
];

for (const [first, second, current] of AROUND) {
  test(`P9 two messages at ${first} and ${second} ms of an idle boundary: both accepted, both answered, none in two conversations`, async () => {
    let now = 1_800_000_000_000;
    const h = await startHarness({ config: { ...config, session: { reset: { mode: "idle", idleMinutes: 10 } } }, clock: { now: () => now }, debounceMs: 0 });
    await h.receive(message("before"));
    await h.settled();
    const boundary = now + IDLE_MS;
    now = boundary + first;
    const outcomes = [await h.receive(message("one"))];
    now = boundary + second;
    outcomes.push(await h.receive(message("two")));
    assert.deepEqual(outcomes.map(({ kind }) => kind), ["accepted", "accepted"]);
    await h.settled();
    assert.deepEqual(await saidBy(h, DM), current);
    assert.ok(words(h).at(-1)?.endsWith("echo: two"));
    assert.ok(!h.events.some(({ kind }) => kind === "failed" || kind === "aborted"));
    await h.close();
  });
}

test("P22 a worker that is killed in the middle of ten runs, with three messages behind each: every session is idle again, every queue is empty, everybody is told", async () => {
  const first = await startHarness({ config, answers: { echo: () => hang() } });
  const senders = Array.from({ length: 10 }, (_, i) => String(200 + i));
  for (const sender of senders) await first.receive(message("running", { sender }));
  await until("all run", () => first.requests.length === senders.length);
  for (const sender of senders) for (const text of numbered(3, "behind")) await first.receive(message(text, { sender }));
  await first.kill();
  const began = Date.now();
  const second = await startHarness({ config, directory: first.directory, debounceMs: 0 });
  await second.settled();
  assert.ok(Date.now() - began < 30_000);
  for (const sender of senders) {
    const key = `agent:main:telegram:dm:${sender}`;
    assert.equal((await second.store.get(describeSession, { key }))?.running, 0);
    assert.deepEqual(await saidBy(second, key), ["running", ...numbered(3, "behind")]);
    const told = second.channel("telegram").sent.filter(({ address }) => address.chat === sender).map(({ part }) => part.text);
    assert.deepEqual([told[0], told.at(-1)], ["echo: running", "echo: behind 2"]);
  }
  await second.close();
});
