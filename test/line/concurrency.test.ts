import assert from "node:assert/strict";
import { test } from "node:test";
import type { Concurrency } from "../../src/turns/schedule.ts";
import { hang, message, openTo, operator, say, startHarness, until, type Answer, type Harness } from "./harness.ts";

/** A model whose answers are given out one by one. */
function byHand() {
  const waiting: { readonly text: string; free(): void }[] = [];
  const answer: Answer = async function* (request) {
    const text = request.messages.at(-1)?.text ?? "";
    await new Promise<void>((resolve) => waiting.push({ text, free: resolve }));
    yield* say(`echo: ${text}`);
  };
  return { answer, waiting };
}

function start(concurrency: Partial<Concurrency>, answer: Answer): Promise<Harness> {
  return startHarness({ config: openTo("telegram"), concurrency, answers: { echo: answer } });
}

const room = (chat: number, sender: string) => ({ chat: `-${chat}`, kind: "group" as const, sender });

test("maxConcurrent: people take turns, so that one with many conversations does not keep the others waiting", async () => {
  const { answer, waiting } = byHand();
  const h = await start({ total: 2 }, answer);
  for (let i = 0; i < 6; i++) await h.receive(message(`busy ${i}`, room(i, "1")));
  await until("two run", () => waiting.length === 2);
  await h.receive(message("quiet", room(100, "2")));
  const served: string[] = [];
  for (let i = 0; i < 7; i++) {
    await until("one runs", () => waiting.length > 0);
    assert.ok(waiting.length <= 2);
    const next = waiting.shift();
    served.push(next?.text ?? "");
    next?.free();
    await until("it was answered", () => h.channel("telegram").sent.length === i + 1);
    await until("the next has begun", () => waiting.length === Math.min(2, 6 - i));
  }
  assert.ok(served.indexOf("quiet") <= 3, `quiet was answered as number ${served.indexOf("quiet") + 1}`);
  await h.settled();
  await h.close();
});

test("maxConcurrentPerPerson: one person's second conversation waits, everybody else's begins", async () => {
  const { answer, waiting } = byHand();
  const h = await start({ perPerson: 1 }, answer);
  await h.receive(message("first", room(1, "1")));
  await until("it runs", () => waiting.length === 1);
  await h.receive(message("second", room(2, "1")));
  await h.receive(message("of another", room(3, "2")));
  await until("the other's runs", () => waiting.length === 2);
  assert.deepEqual(waiting.map(({ text }) => text), ["first", "of another"]);
  waiting[0]?.free();
  await until("the second runs", () => waiting.length === 3);
  for (const { free } of waiting) free();
  await h.settled();
  await h.close();
});

test("a gateway that stops, and a change that holds sessions still, do not wait for those that wait for a place", async () => {
  const h = await start({ total: 1 }, () => hang());
  await h.receive(message("hangs", room(1, "1")));
  await until("it runs", () => h.requests.length === 1);
  await h.receive(message("waits", room(2, "2")));
  const release = await h.line.hold(["agent:main:telegram:group:-2"]);
  release();
  await h.close();
});

test("P21 without limits fifty sessions that hang keep nobody waiting", async () => {
  const h = await startHarness({ answers: { echo: (request) => (request.messages.at(-1)?.text.startsWith("hang") ? hang() : say("done")) } });
  for (let i = 0; i < 50; i++) await h.receive(operator(`hang ${i}`, `agent:main:s${i}`));
  await until("all of them run", () => h.requests.length === 50);
  await h.receive(operator("hello", "agent:main:s50"));
  await until("number 51 is answered", () => h.events.some(({ kind, sessionKey }) => kind === "committed" && sessionKey === "agent:main:s50"));
  await h.close();
});
