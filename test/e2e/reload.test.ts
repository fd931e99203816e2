import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { storeConfig } from "../store/database.ts";
import { until } from "./client.ts";
import { gatewayConfig, modelConfig, readLog, telegramConfig, type LogLine } from "./house.ts";
import { stage } from "./stage.ts";

const WARNING = 40;

async function running(t: TestContext) {
  const house = stage(t);
  const [telegram, first, second] = [await house.telegram(), await house.model({ kind: "reply", text: "from first" }), await house.model({ kind: "reply", text: "from second" })];
  const stateDir = house.directory();
  const store = await storeConfig(stateDir);
  const config = (policy: object, model: string, gateway: object = {}): object => ({
    gateway: { ...gatewayConfig(), ...gateway },
    ...store,
    ...telegramConfig(telegram, policy),
    models: modelConfig({ first, second }).models,
    agents: { defaults: { model } },
  });
  const gateway = await house.gateway({ stateDir, config: config({ allowFrom: ["42"] }, "first/m") });
  const client = await house.client(gateway);
  return {
    telegram,
    client,
    gateway,
    config,
    write: (content: object | string): void => writeFileSync(join(gateway.stateDir, "openclaw.json"), typeof content === "string" ? content : JSON.stringify(content)),
    logged: (what: RegExp): Promise<LogLine> => until(`the log says ${what.source}`, () => readLog(gateway.stateDir).find(({ msg }) => what.test(msg))),
  };
}

test("a changed model answers the next message, and the log names the change", async (t) => {
  const { client, config, write, logged } = await running(t);
  assert.equal(await client.ask("one"), "from first");
  write(config({ allowFrom: ["42"] }, "second/m"));
  const line = await logged(/configuration changed: agents\.defaults\.model/);
  assert.equal(line["effect"], "hot");
  assert.match(line.msg, /first\/m.*second\/m/);
  assert.equal(await client.ask("two"), "from second");
});

test("a changed dmPolicy lets somebody in, and a changed allowFrom too, each with a line in the log", async (t) => {
  const { telegram, config, write, logged } = await running(t);
  const answersTo = (chat: number): string[] => telegram.sent().filter((message) => message.chat === String(chat)).map(({ text }) => text);
  await telegram.injectMessage({ chat: 77, from: 77, text: "let me in" });
  await until("the stranger is told", () => answersTo(77).length === 1);
  write(config({ allowFrom: ["42", "77"] }, "first/m"));
  await logged(/configuration changed: channels\.telegram\.allowFrom/);
  await telegram.injectMessage({ chat: 77, from: 77, text: "and now?" });
  await until("the new friend is answered", () => answersTo(77).length === 2);
  assert.equal(answersTo(77)[1], "from first");
  write(config({ allowFrom: ["*"], dmPolicy: "open" }, "first/m"));
  await logged(/configuration changed: channels\.telegram\.dmPolicy/);
  await telegram.injectMessage({ chat: 88, from: 88, text: "hello" });
  await until("anybody is answered", () => answersTo(88).length === 1);
  assert.equal(answersTo(88)[0], "from first");
});

test("a changed port waits for the next start and says so", async (t) => {
  const { client, config, write, logged } = await running(t);
  write(config({ allowFrom: ["42"] }, "first/m", { port: 18_999 }));
  const line = await logged(/gateway\.port/);
  assert.equal(line["effect"], "restart");
  assert.match(line.msg, /takes effect at the next start/);
  assert.equal(await client.ask("still here?"), "from first");
});

test("a configuration that cannot be used while running: the old one stays, the log says why, and the mended one is taken", async (t) => {
  const { client, config, write, logged } = await running(t);
  write('{ "agents": { "defaults": { "model": "second/m" } }, ');
  const syntax = await logged(/The configuration that runs stays in force/);
  assert.ok(syntax.level > WARNING);
  assert.equal(syntax["code"], "CONFIG_SYNTAX");
  assert.equal(await client.ask("one"), "from first");
  write({ ...config({ allowFrom: ["42"] }, "second/m"), session: { dmScope: "everybody" } });
  const invalid = await logged(/session\.dmScope[\s\S]*stays in force/);
  assert.equal(invalid["code"], "CONFIG_INVALID");
  assert.equal(await client.ask("two"), "from first");
  write(config({ allowFrom: ["42"] }, "second/m"));
  await logged(/configuration changed: agents\.defaults\.model/);
  assert.equal(await client.ask("three"), "from second");
});

test("a reply whose channel is being reloaded is not lost", async (t) => {
  const { telegram, config, write, logged } = await running(t);
  for (let round = 0; round < 5; round++) {
    const before = telegram.sent().length;
    await telegram.injectMessage({ chat: 42, from: 42, text: `round ${round}` });
    write(config({ allowFrom: ["42"], textChunkLimit: 4_000 - round }, "first/m"));
    await logged(new RegExp(`textChunkLimit: .* -> ${4_000 - round}`));
    await until(`round ${round} is answered`, () => telegram.sent().length > before);
  }
  assert.deepEqual(telegram.sent().map(({ text }) => text), Array.from({ length: 5 }, () => "from first"));
});

test("what the file may say and this version does not do is refused while running too: the gateway lives on as it was", async (t) => {
  const { client, config, write, logged } = await running(t);
  write({ ...config({ allowFrom: ["42"] }, "second/m"), messages: { groupChat: { mentionPatterns: ["("] } } });
  await logged(/messages\.groupChat\.mentionPatterns\[0\]: "\(" is not a regular expression.*stays in force/s);
  write(config({ allowFrom: ["42"] }, "second/m", { auth: { mode: "trusted-proxy", token: "another-token-altogether" } }));
  await logged(/"trusted-proxy" is not served.*stays in force/s);
  assert.equal(await client.ask("still there?"), "from first");
});
