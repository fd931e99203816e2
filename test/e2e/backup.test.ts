import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { continuo } from "../cli/process.ts";
import { sqliteOnly } from "../store/engine.ts";
import { until } from "./client.ts";
import { gatewayConfig, modelConfig, OPEN, questionOf, telegramConfig } from "./house.ts";
import { stage } from "./stage.ts";

test("a gateway is backed up while it answers, and on another machine goes on where it was: it remembers, and sends what was still to be sent", sqliteOnly("it is restored into a directory; test/store/backup.test.ts is about both"), async (t) => {
  const house = stage(t);
  const telegram = await house.telegram();
  const model = await house.model((body) => ({ kind: "reply", text: `I heard: ${questionOf(body)}` }));
  const config = { gateway: gatewayConfig(), ...telegramConfig(telegram, OPEN), ...modelConfig({ mock: model }), session: { dmScope: "main" } };
  const stateDir = house.directory();
  const gateway = await house.gateway({ stateDir, config });
  const client = await house.client(gateway);
  assert.match(await client.ask("the word is mango"), /mango/);
  telegram.fail("sendMessage", { kind: "limited", retryAfterS: 3 });
  await telegram.injectMessage({ chat: 7, from: 7, text: "answer me later" });
  await until("the reply waits for the platform", async () => (await client.status()).queue.deliveriesPending === 1);

  const talking = { stop: false, said: 0 };
  const talk = (async () => {
    while (!talking.stop) await client.ask(`still talking ${talking.said++}`, "other");
  })();
  const file = join(house.directory(), "all.backup");
  const made = await continuo(["backup", "--to", file], { stateDir });
  talking.stop = true;
  await talk;
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /2 sessions|3 sessions/);
  assert.match(made.stdout, /Whoever has this file has all of them/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  await client.close();
  await gateway.kill({ keep: true });

  const verified = await continuo(["verify", file], { stateDir });
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /is whole/);
  const elsewhere = join(house.directory(), "new-machine");
  const restored = await continuo(["restore", file, "--to", elsewhere, "--json"], { stateDir });
  assert.equal(restored.code, 0, restored.stderr);
  assert.match(restored.stderr, /^\{"progress":\{"phase":"read"/);
  assert.equal(existsSync(join(elsewhere, "agents")), false, "the mirror is made anew");

  const second = await house.gateway({ stateDir: elsewhere });
  const again = await house.client(second);
  await until("what was still to be sent is sent", () => telegram.sent().some(({ chat, text }) => chat === "7" && text.includes("answer me later")));
  assert.deepEqual((await again.history("main")).map(({ text }) => text).slice(0, 2), ["the word is mango", "I heard: the word is mango"]);
  await again.ask("what was the word?");
  assert.ok(JSON.stringify(model.requests().at(-1)?.messages).includes("the word is mango"), "the conversation goes on");
  assert.equal(await second.stop(), 0);
  assert.ok(readdirSync(join(elsewhere, "agents", "main", "sessions")).includes("sessions.json"));

  const occupied = await continuo(["restore", file, "--to", elsewhere, "--json"], { stateDir });
  assert.equal(occupied.code, 1);
  assert.equal((JSON.parse(occupied.stdout) as { error: { code: string } }).error.code, "STATE_OCCUPIED");
});
