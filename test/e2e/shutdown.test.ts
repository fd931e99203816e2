import assert from "node:assert/strict";
import { test } from "node:test";
import { hang, operator, say, startHarness, until as within, type Answer } from "../line/harness.ts";
import { until } from "./client.ts";
import { gatewayConfig, modelConfig, OPEN, questionOf, telegramConfig } from "./house.ts";
import { stage } from "./stage.ts";

test("SIGTERM during a turn that soon ends: its answer is still delivered, and the exit code is 0", async (t) => {
  const house = stage(t);
  const rest = Promise.withResolvers<void>();
  const [telegram, model] = [await house.telegram(), await house.model({ kind: "hold", first: "one moment ", text: "and here it is", until: rest.promise })];
  const gateway = await house.gateway({ config: { gateway: gatewayConfig(), ...modelConfig({ mock: model }), ...telegramConfig(telegram, OPEN) } });
  await telegram.injectMessage({ chat: 501, from: 501, text: "slow one" });
  await until("the model is asked", () => model.requests().length === 1);
  const stopped = gateway.stop();
  rest.resolve();
  assert.equal(await stopped, 0);
  const final = [...telegram.sent(), ...telegram.edits()].at(-1);
  assert.equal(final?.text, "one moment and here it is");
  assert.equal(telegram.sent().length, 1);
});

test("SIGTERM during a turn that does not end: it is handed back, and answered once after the next start", async (t) => {
  const house = stage(t);
  const stateDir = house.directory();
  const [telegram, model] = [await house.telegram(), await house.model({ kind: "hang" })];
  const config = { gateway: gatewayConfig(), ...modelConfig({ mock: model }), ...telegramConfig(telegram, OPEN) };
  const first = await house.gateway({ stateDir, config });
  const client = await house.client(first);
  await client.request("chat.send", { sessionKey: "main", message: "from the page" });
  await telegram.injectMessage({ chat: 501, from: 501, text: "from a chat" });
  await until("both run", () => model.requests().length === 2);
  await client.request("chat.send", { sessionKey: "main", message: "queued behind it" });
  assert.equal(await first.stop(), 0);
  assert.ok(client.events.some(({ event }) => event === "shutdown"), "clients were told");
  assert.equal(await client.closed, 1012);
  model.behave((body) => ({ kind: "reply", text: `late answer to ${questionOf(body)}` }));
  const second = await house.gateway({ stateDir });
  const again = await house.client(second);
  await until("the chat is answered", () => telegram.sent().length === 1);
  await again.settled();
  assert.deepEqual(telegram.sent().map(({ text }) => text), ["late answer to from a chat"]);
  assert.deepEqual((await again.history()).map(({ text }) => text), ["from the page", "late answer to from the page", "queued behind it", "late answer to queued behind it"]);
});

test("a message under way while its gateway is stopped again and again is not given up: only a death counts as an attempt", async () => {
  const starts = 6;
  let harness = await startHarness({ answers: { echo: () => hang() } });
  await harness.receive(operator("patience"));
  for (let i = 0; i < starts; i++) {
    await within("it is asked", () => harness.requests.length === 1);
    await harness.line.stop(0);
    await harness.kill();
    const answers: Record<string, Answer> = { echo: () => (i === starts - 1 ? say("at last") : hang()) };
    harness = await startHarness({ directory: harness.directory, answers });
  }
  await harness.settled();
  assert.deepEqual(await harness.texts("agent:main:main"), ["user: patience", "assistant: at last"]);
  await harness.close();
});
