import assert from "node:assert/strict";
import { test } from "node:test";
import { markClientRead } from "../../src/sessions/reads.ts";
import { rowsIn } from "../store/database.ts";
import { message, openTo, operator, startHarness, type Harness } from "./harness.ts";

const config = { ...openTo("telegram", "discord"), session: { dmScope: "main", catchUp: true, owner: ["telegram:42", "discord:42"] } } as const;

async function ask(h: Harness, channel: string, text: string, sender = "42"): Promise<string> {
  await h.receive(message(text, { channel, sender }));
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

test("in a conversation that several share each is told of their own turns alone, by their own marks", async () => {
  const shared = { ...config, session: { ...config.session, owner: ["telegram:1"], identityLinks: { Ann: ["telegram:42", "discord:42"], Bob: ["telegram:7", "discord:7"] } } };
  const h = await startHarness({ config: shared, channels: ["telegram", "discord"] });
  for (const sender of ["42", "7"]) await ask(h, "telegram", "here first", sender);
  await ask(h, "discord", "of Bob", "7");
  await ask(h, "discord", "of Bob, too", "7");
  assert.equal(await ask(h, "telegram", "a", "42"), "echo: a", "Bob's turns are none that Ann had");
  await ask(h, "discord", "of Ann", "42");
  assert.equal(await ask(h, "telegram", "b", "42"), "_1 turn since you were here, on discord._\n\necho: b");
  assert.equal(await ask(h, "telegram", "b", "7"), "_2 turns since you were here, on discord._\n\necho: b");
  const said = await rowsIn<{ session_key: string }>(h.directory, "select distinct session_key from entries");
  assert.deepEqual(said.map(({ session_key }) => session_key), ["agent:main:main"]);
  await h.close();
});

test("a client that has not read a session for long is forgotten with the next one that does; others stay", async () => {
  const h = await startHarness({ config });
  const key = "agent:main:main";
  const mark = (who: string, device: string, at: number) => h.store.transaction((tx) => markClientRead(tx, { key, who, device }, { sessionId: "s", seq: 1, at }), key);
  const year = 365 * 86_400_000;
  await mark("owner", "an old browser", 1);
  await mark("person:Ann", "of somebody else", 1);
  await mark("owner", "the page", year);
  const rows = await rowsIn<{ device: string }>(h.directory, "select device from read_marks order by device");
  assert.deepEqual(rows.map(({ device }) => device), ["of somebody else", "the page"]);
  await h.close();
});
