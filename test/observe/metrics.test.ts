import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../e2e/client.ts";
import { ENGINE } from "../store/engine.ts";
import { observedHouse, valueOf, type ObservedHouse } from "./house.ts";

const SECRET = "the-word-that-no-metric-may-say";
/** So long that no time, span or figure has it by chance. */
const CHAT = 471_183_650_924;

async function answered({ telegram, client }: ObservedHouse, chat: number, text: string): Promise<void> {
  const before = telegram.sent().length;
  await telegram.injectMessage({ chat, from: { id: chat, name: `Name ${SECRET}`, username: "the_username" }, text });
  await until("the answer is there", () => telegram.sent().length > before);
  await client.settled();
}

test("a message's whole way is in the figures, and neither its words nor its people are", async (t) => {
  const house = await observedHouse(t);
  await answered(house, CHAT, `${SECRET} hello`);
  await house.client.ask("and from the terminal");
  const text = await until("the journey is measured", async () => {
    const now = await house.metrics();
    return valueOf(now, 'continuo_stage_seconds_count{stage="journey"}') === 2 ? now : null;
  });
  for (const [stage, count] of Object.entries({ wait: 2, first_token: 2, answer: 2, commit: 2, outbox: 1, send: 1, journey: 2 })) {
    assert.equal(valueOf(text, `continuo_stage_seconds_count{stage="${stage}"}`), count, stage);
  }
  assert.equal(valueOf(text, 'continuo_messages_total{channel="telegram",outcome="accepted"}'), 1);
  assert.equal(valueOf(text, 'continuo_turns_total{outcome="committed"}'), 2);
  assert.equal(valueOf(text, 'continuo_model_requests_total{model="mock/m",outcome="answered"}'), 2);
  assert.ok((valueOf(text, 'continuo_model_tokens_total{model="mock/m",kind="input"}') ?? 0) > 0);
  assert.equal(valueOf(text, 'continuo_sends_total{channel="telegram",outcome="sent"}'), 1);
  assert.equal(valueOf(text, 'continuo_channels{channel="telegram",state="connected"}'), 1);
  assert.equal(valueOf(text, "continuo_websocket_connections"), 1);
  assert.equal(valueOf(text, "continuo_inbox_oldest_seconds"), 0);
  assert.ok((valueOf(text, 'continuo_store_seconds_count{kind="transaction"}') ?? 0) > 0);
  // PostgreSQL gathers commits by itself, out of our sight.
  assert.equal((valueOf(text, "continuo_store_commit_batch_count") ?? 0) > 0, ENGINE === "sqlite");
  for (const word of [SECRET, String(CHAT), "the_username", "agent:main"]) assert.ok(!text.includes(word), word);
});

test("what waits, is refused or goes wrong is counted as such", async (t) => {
  const release = Promise.withResolvers<void>();
  const house = await observedHouse(t, {
    config: { channels: {} },
    behave: [{ kind: "fail", status: 400 }, { kind: "hold", until: release.promise, first: "wait" }],
  });
  const { client } = house;
  await client.ask("this one fails");
  const first = await client.request<{ runId: string }>("chat.send", { sessionKey: "main", message: "this one hangs" });
  await until("it runs", () => house.model.open() === 1);
  await client.request("chat.send", { sessionKey: "main", message: "this one waits" });
  const waiting = await house.metrics();
  assert.equal(valueOf(waiting, 'continuo_inbox_items{state="queued"}'), 1);
  assert.ok((valueOf(waiting, "continuo_inbox_oldest_seconds") ?? 0) > 0);
  assert.equal(valueOf(waiting, "continuo_turns_running"), 1);
  await client.request("chat.abort", { sessionKey: "main", runId: first.runId });
  release.resolve();
  await client.settled();
  const text = await house.metrics();
  assert.equal(valueOf(text, 'continuo_model_requests_total{model="mock/m",outcome="model_rejected"}'), 1);
  assert.equal(valueOf(text, 'continuo_model_requests_total{model="mock/m",outcome="stopped"}'), 1);
  assert.equal(valueOf(text, 'continuo_turns_total{outcome="failed"}'), 1);
  assert.equal(valueOf(text, 'continuo_turns_total{outcome="aborted"}'), 1);
});

test("a stranger who is not let in is counted by the reason", async (t) => {
  const house = await observedHouse(t);
  await house.telegram.injectMessage({ chat: { id: -77, title: SECRET }, from: 5, text: "nobody is named here" });
  await until("it is refused", async () => valueOf(await house.metrics(), 'continuo_messages_dropped_total{reason="group_mention_required"}') === 1);
});

test("a budget of the day that is used up is counted, and no model is asked", async (t) => {
  const house = await observedHouse(t, { config: { channels: {}, limits: { perSession: { turnsPerDay: 1 } } } });
  await house.client.ask("the first of the day");
  const { runId } = await house.client.request<{ runId: string }>("chat.send", { sessionKey: "main", message: "one too many" });
  await house.client.end(runId);
  const text = await house.metrics();
  assert.equal(valueOf(text, "continuo_budget_hits_total"), 1);
  assert.equal(valueOf(text, 'continuo_model_requests_total{model="mock/m",outcome="answered"}'), 1);
});
