import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "./client.ts";
import { gatewayConfig, modelConfig } from "./house.ts";
import { stage } from "./stage.ts";

interface Row {
  readonly sessionId: string;
  readonly updatedAt: number;
}

interface Line {
  readonly role: string;
  readonly content: string;
}

function sessionsDir(stateDir: string): string {
  return join(stateDir, "agents", "main", "sessions");
}

function readIndex(stateDir: string): Record<string, Row> {
  const path = join(sessionsDir(stateDir), "sessions.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, Row>) : {};
}

function readWords(stateDir: string, key: string): string[] {
  const row = readIndex(stateDir)[key];
  const path = join(sessionsDir(stateDir), `${row?.sessionId ?? "none"}.jsonl`);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Line).map(({ role, content }) => `${role}: ${content}`);
}

test("after turns, sessions.json and a transcript lie where OpenClaw has them; after kill -9 and a restart they are whole again", async (t) => {
  const house = stage(t);
  const stateDir = house.directory();
  const model = await house.model();
  const config = { gateway: gatewayConfig(), ...modelConfig({ mock: model }) };
  const first = await house.gateway({ stateDir, config });
  const client = await house.client(first);
  const key = "agent:main:main";
  const words: string[] = [];
  const ask = async (speaker: typeof client, text: string): Promise<void> => {
    await speaker.ask(text);
    words.push(`user: ${text}`, `assistant: ${text}`);
  };
  await ask(client, "first words");
  await ask(client, "second words");
  await until("the mirror has both", () => readWords(stateDir, key).length === words.length);
  assert.deepEqual(readWords(stateDir, key), words);
  const { messages } = await client.request<{ messages: unknown[]; sessionId: string }>("chat.history", { sessionKey: key });
  assert.equal(messages.length, words.length);
  for (let i = 0; i < 5; i++) await ask(client, `more ${i}`);
  await first.kill();

  const second = await house.gateway({ stateDir });
  const again = await house.client(second);
  await ask(again, "after the kill");
  await until("the mirror has everything", () => readWords(stateDir, key).length >= words.length);
  assert.deepEqual(readWords(stateDir, key), words);
  assert.equal(await second.stop(), 0);
  assert.deepEqual(readWords(stateDir, key), words);
});

test("what was committed just before kill -9 is in the mirror after the next start, without a new message", async (t) => {
  const house = stage(t);
  const stateDir = house.directory();
  const model = await house.model();
  const first = await house.gateway({ stateDir, config: { gateway: gatewayConfig(), ...modelConfig({ mock: model }) } });
  const client = await house.client(first);
  await client.ask("written just in time", "side");
  await first.kill();
  const second = await house.gateway({ stateDir });
  await until("the mirror has caught up", () => readWords(stateDir, "agent:main:side").length === 2);
  assert.deepEqual(readWords(stateDir, "agent:main:side"), ["user: written just in time", "assistant: written just in time"]);
  await second.stop();
});

test("with session.mirror false there is none of it", async (t) => {
  const house = stage(t);
  const stateDir = house.directory();
  const gateway = await house.gateway({ stateDir, config: { gateway: gatewayConfig(), session: { mirror: false } } });
  const client = await house.client(gateway);
  await client.ask("nothing of this in a file");
  await client.close();
  assert.equal(await gateway.stop(), 0);
  assert.deepEqual(existsSync(sessionsDir(stateDir)) ? readdirSync(sessionsDir(stateDir)) : [], []);
});
