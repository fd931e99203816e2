import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { startModelServer, type Behaviours } from "../servers/model-server.ts";
import { until, type Client } from "./client.ts";
import { gatewayConfig, modelConfig, OPEN, questionOf, readLog, telegramConfig } from "./house.ts";
import { stage } from "./stage.ts";

const INTERNAL = "boom at /srv/provider/handler.ts:12 with key sk-secret-of-the-mock";

async function withModel(t: TestContext, behave: Behaviours, defaults: object = {}) {
  const house = stage(t);
  const model = await house.model(behave);
  const telegram = await house.telegram();
  const gateway = await house.gateway({ config: { gateway: gatewayConfig(), ...modelConfig({ mock: model }, defaults), ...telegramConfig(telegram, OPEN) } });
  return { model, telegram, gateway, client: await house.client(gateway) };
}

/** Says something and resolves to how its run ended. */
async function run(client: Client, message: string, sessionKey = "main") {
  const { runId } = await client.request<{ runId: string }>("chat.send", { sessionKey, message });
  return client.end(runId);
}

test("P36 the primary fails once: the spare answers that turn, and the next one begins with the primary again", async (t) => {
  const house = stage(t);
  const primary = await house.model([{ kind: "fail", status: 500 }, { kind: "reply", text: "from the primary" }]);
  const spare = await house.model({ kind: "reply", text: "from the spare" });
  const gateway = await house.gateway({ config: { gateway: gatewayConfig(), ...modelConfig({ primary, spare }) } });
  const client = await house.client(gateway);
  assert.equal(await client.ask("one"), "from the spare");
  assert.equal(await client.ask("two"), "from the primary");
  const answers = (await client.history()).filter(({ role }) => role === "assistant");
  assert.deepEqual(answers.map(({ model }) => model), ["spare/m", "primary/m"]);
  assert.deepEqual([primary.requests().length, spare.requests().length], [2, 1]);
});

test("P8 P40 a model that fails again and again: a clear word without internals, nothing said is lost, and the next turn sees it once", async (t) => {
  const broken = { is: true };
  const { client, telegram, model, gateway } = await withModel(t, () => (broken.is ? { kind: "fail", status: 500, message: INTERNAL } : { kind: "reply", text: "well again" }));
  const end = await run(client, "first words");
  assert.equal(end.state, "error");
  await telegram.injectMessage({ chat: 501, from: 501, text: "and from a chat" });
  await until("the chat is told", () => telegram.sent().length === 1);
  for (const text of [end.text, telegram.sent()[0]?.text ?? ""]) {
    assert.match(text, /mock cannot answer just now/);
    assert.doesNotMatch(text, /\/srv|handler|sk-secret|at Object|127\.0\.0\.1/);
  }
  assert.ok(readLog(gateway.stateDir).some((line) => line.level >= 40 && JSON.stringify(line).includes("boom at")), "the log has the provider's words");
  assert.ok(!JSON.stringify(readLog(gateway.stateDir)).includes("sk-secret-of-the-mock"), "the log has no key");
  broken.is = false;
  assert.equal(await client.ask("second words"), "well again");
  assert.equal(questionOf(model.requests().at(-1) ?? { model: "", messages: [] }), "first words\n\nsecond words");
});

test("a model that hangs is stopped by chat.abort, and the session answers the next message", async (t) => {
  const { client, model } = await withModel(t, [{ kind: "hang" }, { kind: "reply", text: "here again" }]);
  const { runId } = await client.request<{ runId: string }>("chat.send", { sessionKey: "main", message: "hello?" });
  await until("the model is asked", () => model.requests().length === 1);
  const { aborted, runIds } = await client.request<{ aborted: boolean; runIds: string[] }>("chat.abort", { sessionKey: "main" });
  assert.deepEqual([aborted, runIds], [true, [runId]]);
  assert.equal((await client.end(runId)).state, "aborted");
  await until("the request to the model is given up", () => model.open() === 0);
  assert.equal(await client.ask("and now?"), "here again");
});

test("P4 what is written while a model hangs is answered once /stop has ended the hanging turn", async (t) => {
  const { telegram, model, client } = await withModel(t, (body) => (questionOf(body) === "hang" ? { kind: "hang" } : { kind: "reply", text: `answer to ${questionOf(body)}` }));
  await telegram.injectMessage({ chat: 501, from: { id: 501 }, text: "hang" });
  await until("the model is asked", () => model.requests().length === 1);
  await telegram.injectMessage({ chat: 501, from: 501, text: "waiting" });
  await telegram.injectMessage({ chat: 501, from: 501, text: "/stop" });
  await until("both are answered", () => telegram.sent().length >= 2);
  await client.settled();
  assert.equal(telegram.sent()[0]?.text, "⚙️ Agent was aborted.");
  assert.match(telegram.sent()[1]?.text ?? "", /answer to .*waiting/s);
});

test("a stream that breaks off is asked for again, and only the whole answer is kept", async (t) => {
  const { client, model } = await withModel(t, [{ kind: "cut", text: "half an ans" }, { kind: "unfinished", text: "half an" }, { kind: "reply", text: "a whole answer" }]);
  assert.equal(await client.ask("please"), "a whole answer");
  assert.deepEqual((await client.history()).map(({ text }) => text), ["please", "a whole answer"]);
  assert.equal(model.requests().length, 3);
});

test("a provider that asks to slow down is waited for as long as it says", async (t) => {
  const { client, model } = await withModel(t, [{ kind: "fail", status: 429, headers: { "retry-after-ms": "20" } }, { kind: "reply", text: "thank you" }]);
  assert.equal(await client.ask("please"), "thank you");
  assert.equal(model.requests().length, 2);
});

test("a turn that takes longer than its limit is stopped and told, and the session goes on", async (t) => {
  const { client, telegram } = await withModel(t, (body) => (questionOf(body).endsWith("hang") ? { kind: "hang" } : { kind: "reply", text: "quick" }), { timeoutSeconds: 1 });
  const end = await run(client, "hang");
  assert.deepEqual([end.state, end.stopReason], ["aborted", "timeout"]);
  await telegram.injectMessage({ chat: 501, from: 501, text: "hang" });
  await until("the chat is told", () => telegram.sent().length === 1);
  assert.match(telegram.sent()[0]?.text ?? "", /took too long/);
  assert.equal(await client.ask("now quick"), "quick");
});

test("a model server that is not there is told as that, without its address", async (t) => {
  const house = stage(t);
  const model = await startModelServer();
  await model.close();
  const gateway = await house.gateway({ config: { gateway: gatewayConfig(), ...modelConfig({ mock: model }) } });
  const client = await house.client(gateway);
  const end = await run(client, "anybody?");
  assert.equal(end.state, "error");
  assert.match(end.text, /mock cannot be reached/);
  assert.doesNotMatch(end.text, /ECONNREFUSED|127\.0\.0\.1/);
});
