import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "./client.ts";
import { gatewayConfig, modelConfig, OPEN, telegramConfig, textOf } from "./house.ts";
import { stage } from "./stage.ts";

const KEY = "agent:main:telegram:dm:501";

/** The files beside the database, as one text. */
function mirrored(stateDir: string): string {
  const directory = join(stateDir, "agents", "main", "sessions");
  const names = readdirSync(directory).filter((name) => /\.jsonl?$/.test(name)); // not what is being written
  return names.map((name) => readFileSync(join(directory, name), "utf8")).join("\n");
}

test("a message edited on Telegram is other in the transcript, the files, the page and the next request; nobody answers it twice", async (t) => {
  const house = stage(t);
  const telegram = await house.telegram();
  const model = await house.model({ kind: "reply", text: "noted" });
  const stateDir = house.directory();
  const gateway = await house.gateway({ stateDir, config: { gateway: gatewayConfig(), ...modelConfig({ mock: model }), ...telegramConfig(telegram, OPEN) } });
  const client = await house.client(gateway);
  const { updateId } = await telegram.injectMessage({ chat: 501, from: 501, text: "the code is word-old" });
  await until("it is answered", () => telegram.sent().length === 1);
  await client.settled();
  await until("the files have it", () => mirrored(stateDir).includes("word-old"));
  await client.request("sessions.subscribe");
  await telegram.injectEdit(updateId, "the code is word-new");
  await client.event("the conversation is said to be other", ({ event, payload }) => event === "sessions.changed" && (payload as { sessionKey: string; reason?: string }).sessionKey === KEY && (payload as { reason?: string }).reason === "patch");
  assert.deepEqual((await client.history(KEY)).map(({ text }) => text), ["the code is word-new", "noted"]);
  await until("the files have the new words, and nothing of the old", () => {
    const files = mirrored(stateDir);
    return files.includes("word-new") && !files.includes("word-old");
  });
  await telegram.injectMessage({ chat: 501, from: 501, text: "what is it?" });
  await until("the next is answered", () => telegram.sent().length === 2);
  const asked = (model.requests().at(-1)?.messages ?? []).filter(({ role }) => role === "user").map(({ content }) => textOf(content));
  assert.deepEqual(asked, ["the code is word-new", "what is it?"]);
  assert.equal(model.requests().length, 2);
  await gateway.stop();
});
