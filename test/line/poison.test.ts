import assert from "node:assert/strict";
import { test } from "node:test";
import { ContinuoError } from "../../src/domain/errors.ts";
import { rowsIn, tamperIn } from "../store/database.ts";
import { hang, message, openTo, operator, say, startHarness, until, type Answer, type Harness } from "./harness.ts";

const DM = "agent:main:telegram:dm:42";
const config = openTo("telegram");

/** What nobody but a disk fault, or an older version, would write. */
const tamper = (h: Harness, sql: string): Promise<number> => tamperIn(h.directory, sql);

const rows = <Row>(h: Harness, sql: string): Promise<Row[]> => rowsIn<Row>(h.directory, sql);

const told = (h: Harness, chat = "42"): string[] => h.channel("telegram").sent.filter(({ address }) => address.chat === chat).map(({ part }) => part.text);

/** A model that hangs on "slow" until its turn is stopped. */
const slowOnce: Answer = (request) => (request.messages.at(-1)?.text === "slow" ? hang() : say(`echo: ${request.messages.at(-1)?.text ?? ""}`));

for (const [what, stored] of [["is no JSON", "{broken"], ["is no message", "{}"], ["has lost its text", `{"message":{"address":{"chat":"42"},"sender":{"id":"42"}}}`]] as const) {
  test(`a stored message that ${what} ends as failed with its reason, its sender is told, and what is behind it goes on`, async () => {
    const h = await startHarness({ config, answers: { echo: slowOnce } });
    await h.receive(message("slow"));
    await until("the slow turn runs", () => h.requests.length === 1);
    for (const text of ["before", "poison", "after"]) await h.receive(message(text));
    await tamper(h, `update inbox set message = '${stored}' where message like '%"poison"%'`);
    await h.receive(message("/stop"));
    await h.settled();
    assert.deepEqual(told(h), ["⚙️ Agent was aborted.", "echo: before", "⚠️ Your message could not be read back from where it was kept. Send the message again.", "echo: after"]);
    assert.deepEqual(await rows(h, "select state, count(*) as n from inbox group by state order by state"), [{ state: "done", n: 4 }, { state: "failed", n: 1 }]);
    assert.deepEqual(await rows(h, "select tries, error from setbacks"), [{ tries: 1, error: "INBOX_UNREADABLE: Your message could not be read back from where it was kept." }]);
    assert.equal((await rows(h, "select seq from events where kind = 'inbox.failed'")).length, 1);
    await h.close();
  });
}

test("a message that cannot be read back when a dead gateway's turn is taken over: the turn is ended, its sender told", async () => {
  const first = await startHarness({ config, answers: { echo: () => hang() } });
  await first.receive(message("poison"));
  await until("it runs", () => first.requests.length === 1);
  await first.receive(message("after"));
  await first.kill();
  await tamper(first, `update inbox set message = '' where message like '%"poison"%'`);
  const second = await startHarness({ config, directory: first.directory });
  await second.settled();
  assert.deepEqual(told(second).map((text) => text.slice(0, 29)), ["⚠️ Your message could not be ", "echo: after"]);
  assert.deepEqual(await rows(second, "select state from turns order by id"), [{ state: "failed" }, { state: "committed" }]);
  const ended = second.events.find((event) => event.kind === "failed");
  assert.equal(ended?.sessionKey, DM, "clients that wait for the run hear of its end");
  await second.close();
});

test("a claim that throws whatever is tried is counted in the store, over restarts too, and then given up", async () => {
  const reset = { mode: "idle" as const, idleMinutes: 10 };
  const first = await startHarness({ config: { ...config, session: { reset } } });
  await first.receive(message("hello"));
  await first.settled();
  await tamper(first, "update sessions set dock = '{broken'");
  await first.receive(message("poison"));
  await until("it was tried", async () => (await rows(first, "select tries from setbacks")).length === 1);
  await first.kill();
  await tamper(first, "update setbacks set tries = 2");
  const second = await startHarness({ config, directory: first.directory });
  await until("its sender is told", () => told(second).length === 1);
  assert.match(told(second)[0] ?? "", /^⚠️ This message could not be answered: taking it up failed 3 times\./);
  await tamper(second, "update sessions set dock = null");
  await second.receive(message("again"));
  await second.settled();
  assert.equal(told(second).at(-1), "echo: again");
  await second.close();
});

test("the store's own trouble gives nobody's message up", async () => {
  const h = await startHarness({ config, maxAttempts: 1 });
  await h.receive(message("hello"));
  await h.settled();
  await tamper(h, "update sessions set session_id = 'gone'");
  await h.receive(message("waits"));
  await until("it was looked at", async () => (await rows(h, "select seq from inbox where state = 'queued'")).length === 1);
  assert.deepEqual(await rows(h, "select item_id from setbacks"), []);
  await h.close();
});

/** Every way in which a turn ends without an answer, and what its sender reads then. */
const ENDS: readonly (readonly [what: string, answer: Answer, words: RegExp])[] = [
  ["the model refuses", () => { throw new ContinuoError("MODEL_REJECTED", "The provider answered 400."); }, /^⚠️ The provider answered 400\. The provider refused the request/],
  ["the model has no key", () => { throw new ContinuoError("MODEL_KEY_MISSING", "There is no key for test."); }, /^⚠️ There is no key for test\./],
  ["the model throws what nobody knows", () => { throw new TypeError("x is not a function"); }, /^⚠️ Something went wrong inside Continuo\./],
  ["the model never ends", () => hang(), /^⚠️ The answer took too long and was stopped/],
];

for (const [what, answer, words] of ENDS) {
  test(`P22 when ${what}, its sender is told, nothing stays open, and the next message is answered`, async () => {
    const answers = { echo: ((request, signal) => (request.messages.at(-1)?.text === "bad" ? answer(request, signal) : say("fine"))) as Answer };
    const h = await startHarness({ config: { ...config, agents: { defaults: { model: "test/echo", timeoutSeconds: 0.2 } } }, answers });
    await h.receive(message("bad"));
    await h.settled();
    assert.equal(told(h).length, 1);
    assert.match(told(h)[0] ?? "", words);
    await h.receive(message("good"));
    await h.settled();
    assert.equal(told(h).at(-1), "fine");
    await h.close();
  });
}

test("with turns.maxAttempts 1, a message that takes its process down once is given up by the next", async () => {
  const first = await startHarness({ config, maxAttempts: 1, answers: { echo: () => hang() } });
  await first.receive(message("poison"));
  await until("it runs", () => first.requests.length === 1);
  await first.kill();
  const second = await startHarness({ config, maxAttempts: 1, directory: first.directory });
  await second.settled();
  assert.match(told(second)[0] ?? "", /^⚠️ This message could not be answered: the gateway ended once while working on it\./);
  assert.equal(second.requests.length, 0);
  await second.close();
});

test("an operator's client hears of a message of its own that could not be taken", async () => {
  const h = await startHarness({ answers: { echo: slowOnce } });
  await h.receive(operator("slow"));
  await until("the slow turn runs", () => h.requests.length === 1);
  await h.receive(operator("poison", null, "run-of-mine"));
  await tamper(h, `update inbox set message = '' where message like '%"poison"%'`);
  await h.receive(operator("/stop"));
  await until("the run has ended", () => h.events.some((event) => event.kind === "failed" && event.runIds.includes("run-of-mine")));
  await h.settled();
  await h.close();
});
