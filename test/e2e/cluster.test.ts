import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../src/domain/clock.ts";
import { consent, issueCode, redeemCode, type Party } from "../../src/people/index.ts";
import type { RunningGateway } from "../cli/process.ts";
import { lockIn, storeConfig, rowsIn, storeIn, tamperIn } from "../store/database.ts";
import { postgresOnly } from "../store/engine.ts";
import { until } from "./client.ts";
import { gatewayConfig, modelConfig, OPEN, readLog, telegramConfig } from "./house.ts";
import { stage, type Stage } from "./stage.ts";

const SHARED = postgresOnly("an embedded database has one gateway");

interface Pair {
  readonly s: Stage;
  /** Whose database it is. */
  readonly home: string;
  start(extra?: object): Promise<RunningGateway>;
  readonly model: Awaited<ReturnType<Stage["model"]>>;
  readonly telegram: Awaited<ReturnType<Stage["telegram"]>>;
}

/** Gateways on one database, each with a state directory of its own. */
async function pair(t: TestContext, behave?: Parameters<Stage["model"]>[0]): Promise<Pair> {
  const s = stage(t);
  const home = s.directory();
  const model = await s.model(behave);
  const telegram = await s.telegram();
  const store = { ...(await storeConfig(home)).store, lease: "1s" };
  const config = { gateway: gatewayConfig(), store, ...modelConfig({ mock: model }), ...telegramConfig(telegram, OPEN) };
  return { s, home, model, telegram, start: (extra = {}) => s.gateway({ stateDir: s.directory(), config: { ...config, ...extra } }) };
}

const holderOf = async (home: string): Promise<string | undefined> => (await rowsIn<{ holder: string }>(home, "select holder from leases where name = 'channel:telegram'"))[0]?.holder;

test("what is said to one gateway is known at the other, and clients of either see every event", SHARED, async (t) => {
  const { s, start, model } = await pair(t);
  const [first, second] = [await start(), await start()];
  const [here, there] = [await s.client(first), await s.client(second)];
  await here.ask("my bike is blue");
  await there.ask("which colour?");
  const texts = model.requests().at(-1)?.messages.map(({ content }) => JSON.stringify(content)).join() ?? "";
  assert.match(texts, /my bike is blue/);
  const { runId } = await here.request<{ runId: string }>("chat.send", { sessionKey: "main", message: "seen from afar", idempotencyKey: "afar-1" });
  const final = await there.event("the end of the other's run", (event) => event.event === "chat" && event.payload.runId === runId && event.payload.state === "final");
  assert.match(final.payload.message?.content[0]?.text ?? "", /seen from afar/);
});

test("an answer that one gateway writes is seen growing, and is stopped, from the other", SHARED, async (t) => {
  const never = new Promise<void>(() => undefined);
  const { s, start } = await pair(t, { kind: "hold", until: never, first: "It begins and " });
  const [first, second] = [await start(), await start()];
  const [here, there] = [await s.client(first), await s.client(second)];
  const { runId } = await here.request<{ runId: string }>("chat.send", { sessionKey: "main", message: "go", idempotencyKey: "grow-1" });
  const growing = await there.event("what grows", (event) => event.event === "chat" && event.payload.runId === runId && event.payload.state === "delta");
  assert.match(growing.payload.message?.content[0]?.text ?? "", /It begins/);
  const answer = await there.request<{ aborted: boolean; runIds: string[] }>("chat.abort", { sessionKey: "main" });
  assert.deepEqual(answer.runIds, [runId]);
  assert.equal((await here.end(runId)).state, "aborted");
  assert.equal((await there.end(runId)).state, "aborted");
});

test("one gateway is connected to a platform; killed, the next takes over, and no message is lost or doubled", SHARED, async (t) => {
  const { home, start, telegram } = await pair(t);
  const [first, second] = [await start(), await start()];
  await until("somebody is connected", () => holderOf(home));
  const before = await holderOf(home);
  await telegram.injectMessage({ chat: 42, from: 42, text: "one" });
  await until("it is answered", () => telegram.sent().length === 1);
  const connected = readLog(first.stateDir).some(({ lease }) => lease === "channel:telegram") ? first : second;
  await connected.kill();
  await telegram.injectMessage({ chat: 42, from: 42, text: "two" });
  const began = performance.now();
  await until("it is answered by the other", () => telegram.sent().length === 2);
  t.diagnostic(`taken over after ${Math.round(performance.now() - began)} ms with a lease of 1 s`);
  assert.notEqual(await holderOf(home), before);
  assert.deepEqual(telegram.sent().map(({ text }) => text), ["one", "two"]);
  const [{ turns } = { turns: 0 }] = await rowsIn<{ turns: number }>(home, "select count(*) as turns from turns");
  assert.equal(turns, 2);
});

test("a turn whose gateway dies is ended by the other one, once", SHARED, async (t) => {
  let asked = 0;
  const { home, start, telegram } = await pair(t, () => (++asked === 1 ? { kind: "hang" } : { kind: "reply" }));
  const first = await start();
  await until("it is connected", () => holderOf(home));
  const second = await start();
  await telegram.injectMessage({ chat: 42, from: 42, text: "hello" });
  await until("it is asked", () => asked === 1);
  await first.kill();
  await until("the other answers", () => telegram.sent().length === 1);
  await second.stop();
  assert.deepEqual(telegram.sent().map(({ text }) => text), ["hello"]);
  const rows = await rowsIn<{ state: string; attempt: number }>(home, "select state, attempt from turns");
  assert.deepEqual(rows.map(({ state, attempt }) => [state, attempt]), [["committed", 2]]);
});

test("a gateway that sleeps past its lease finds its turn taken, and leaves nothing behind", SHARED, async (t) => {
  let asked = 0;
  const release = Promise.withResolvers<void>();
  const { home, start, telegram, model } = await pair(t, () => (++asked === 1 ? { kind: "hold", until: release.promise, text: "too late" } : { kind: "reply", text: "in time" }));
  const first = await start();
  await until("it is connected", () => holderOf(home));
  await start();
  await telegram.injectMessage({ chat: 42, from: 42, text: "hello" });
  await until("it is asked", () => asked === 1);
  process.kill(first.pid, "SIGSTOP");
  await until("the other answers", () => telegram.sent().length === 1);
  process.kill(first.pid, "SIGCONT");
  release.resolve();
  await model.idle();
  await until("it noticed", () => readLog(first.stateDir).some(({ msg }) => msg === "another worker has taken this turn over"));
  assert.deepEqual(telegram.sent().map(({ text }) => text), ["in time"]);
  const said = await rowsIn<{ text: string }>(home, "select text from entries where role = 'assistant'");
  assert.deepEqual(said.map(({ text }) => text), ["in time"]);
});

test("who is who is the same at both as soon as it is changed at one: the wall has no stale side", SHARED, async (t) => {
  const { s, home, start, telegram } = await pair(t);
  const gateways = [await start(), await start()];
  await until("somebody is connected", () => holderOf(home));
  const idle = gateways.find(({ stateDir }) => !readLog(stateDir).some(({ lease }) => lease === "channel:telegram"));
  assert.ok(idle);
  const operator = await s.client(idle);
  for (const [identity, chat] of [["telegram:42", 42], ["telegram:43", 43]] as const) {
    await operator.request("people.link", { identity, name: "Ann", approve: true });
    await telegram.injectMessage({ chat, from: chat, text: `from ${chat}` });
    await until("it is answered", () => telegram.sent().some(({ text }) => text === `from ${chat}`));
  }
  const keys = async (): Promise<string[]> => (await rowsIn<{ session_key: string }>(home, "select session_key from inbox order by seq")).map(({ session_key: key }) => key);
  assert.deepEqual(await keys(), ["agent:main:person:Ann", "agent:main:person:Ann"]);
  await operator.request("people.unlink", { identity: "telegram:43", approve: true });
  await telegram.injectMessage({ chat: 43, from: 43, text: "alone again" });
  await until("it is answered", () => telegram.sent().some(({ text }) => text === "alone again"));
  // What was said as Ann's goes with its account.
  assert.deepEqual(await keys(), ["agent:main:person:Ann", "agent:main:telegram:dm:43", "agent:main:telegram:dm:43"]);
});

test("history that a gateway was moving when it died is moved to its end by another one, which nobody has to start", SHARED, async (t) => {
  const { s, home, start, telegram } = await pair(t);
  const [first, second] = [await start(), await start()];
  const [operator, other] = [await s.client(first), await s.client(second)];
  for (const chat of [42, 43]) {
    await telegram.injectMessage({ chat, from: chat, text: `from ${chat}` });
    await until("it is answered", () => telegram.sent().some(({ text }) => text === `from ${chat}`));
  }
  await other.settled();
  await operator.request("people.link", { identity: "telegram:42", name: "Ann", approve: true });
  const changes = async (): Promise<string[]> => (await rowsIn<{ state: string }>(home, "select state from changes order by id")).map(({ state }) => state);
  assert.deepEqual(await changes(), ["applied"]);
  const unlock = await lockIn(home, "sessions");
  const linking = operator.request("people.link", { identity: "telegram:43", name: "Ann", approve: true });
  linking.catch(() => undefined); // nobody is left to answer it
  await until("it is begun", async () => (await changes()).at(-1) === "applying");
  await first.kill();
  await unlock();
  await until("the other one ends it", async () => (await changes()).at(-1) === "applied");
  const words = (await other.history("agent:main:person:Ann")).filter(({ role }) => role === "user").map(({ text }) => text);
  assert.deepEqual(words, ["from 42", "from 43"]);
});

test("somebody whom a gateway was erasing when it died is erased by another one", SHARED, async (t) => {
  const { s, home, start, telegram } = await pair(t);
  const [first, second] = [await start(), await start()];
  const [operator, other] = [await s.client(first), await s.client(second)];
  await telegram.injectMessage({ chat: 42, from: 42, text: "my word is otter-42" });
  await until("it is answered", () => telegram.sent().length === 1);
  await other.settled();
  const unlock = await lockIn(home, "entries");
  const erasing = operator.request("people.erase", { name: "telegram:42", approve: true });
  erasing.catch(() => undefined); // nobody is left to answer it
  const states = async (): Promise<string[]> => (await rowsIn<{ state: string }>(home, "select state from erasures")).map(({ state }) => state);
  await until("it is begun", async () => (await states())[0] === "running");
  await first.kill();
  await unlock();
  await until("the other one ends it", async () => (await states())[0] === "done");
  assert.deepEqual(await states(), ["done"]);
  assert.deepEqual(await rowsIn(home, "select text from entries where text like '%otter%'"), []);
  await until("its certificate is there", () => existsSync(join(second.stateDir, "continuo", "erasures")));
});

const party = (peer: string): Party => ({
  ...{ channel: "telegram", account: "default", peer, displayName: null },
  ...{ address: { channel: "telegram", account: "default", chat: peer, thread: null }, audience: `peer:telegram:default:${peer}`, chatKind: "dm" },
});

test("a link that was agreed on at a gateway that died is made by another one, and both sides are told", SHARED, async (t) => {
  const { s, home, start, telegram } = await pair(t);
  const [first, second] = [await start(), await start()];
  const other = await s.client(second);
  // Both have said yes; the gateway that heard the last of it did not live to do it.
  const store = await storeIn(home);
  await store.transaction(async (tx) => {
    const now = systemClock.now();
    const issued = await issueCode(tx, party("42"), now, Math.random);
    await redeemCode(tx, issued.kind === "code" ? issued.code : "", party("43"), now);
    for (const peer of ["42", "43"]) await consent(tx, party(peer), true, now);
  });
  await store.close();
  await first.kill();
  await until("both are told", () => ["42", "43"].every((chat) => telegram.sent().some((sent) => sent.chat === chat && sent.text.startsWith("✅ Linked"))));
  const { people } = await other.request<{ people: { identities: { peer: string }[] }[] }>("people.list");
  assert.deepEqual(people.map(({ identities }) => identities.map(({ peer }) => peer).toSorted()), [["42", "43"]]);
  await other.settled();
  assert.equal(telegram.sent().length, 2);
});

test("gateways of adjacent versions run side by side; one that would do harm does not start", SHARED, async (t) => {
  const { s, home, start } = await pair(t);
  const first = await start();
  await tamperIn(home, "alter table sessions add column of_the_future text");
  await tamperIn(home, "update continuo_schema set version = version + 1");
  const second = await start();
  assert.match(await (await s.client(second)).ask("still here?"), /still here/);
  await first.stop();
  await tamperIn(home, "update continuo_schema set oldest_reader = version");
  await assert.rejects(start(), /STORE_NEWER/);
});
