import assert from "node:assert/strict";
import { test } from "node:test";
import { message, openTo, operator, startHarness, type Harness } from "./harness.ts";

const config = { ...openTo("telegram", "discord"), session: { dmScope: "main", catchUp: true } } as const;

async function ask(h: Harness, channel: string, text: string): Promise<string> {
  await h.receive(message(text, { channel }));
  await h.settled();
  return h.channel(channel).sent.at(-1)?.part.text ?? "";
}

test("whoever changes the device is told how much was said elsewhere, once, and never on the device that they stay on", async () => {
  const h = await startHarness({ config, channels: ["telegram", "discord"] });
  assert.equal(await ask(h, "telegram", "a"), "echo: a");
  assert.equal(await ask(h, "telegram", "b"), "echo: b");
  assert.equal(await ask(h, "discord", "first here"), "echo: first here", "nothing was read here before");
  assert.equal(await ask(h, "discord", "c"), "echo: c");
  await h.receive(operator("d"));
  await h.settled();
  assert.equal(await ask(h, "telegram", "e"), "_3 turns since you were here, on discord._\n\necho: e");
  assert.equal(await ask(h, "telegram", "f"), "echo: f");
  await h.close();
});
