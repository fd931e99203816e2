import assert from "node:assert/strict";
import { test } from "node:test";
import { compileAgents } from "../../src/agent/settings.ts";
import { configSchema } from "../../src/config/schema.ts";
import type { Config } from "../../src/config/index.ts";
import { status } from "../../src/operations/status.ts";
import { priceWarnings, usageSettings } from "../../src/main/prices.ts";
import { message, openTo, operator, startHarness, type Harness } from "./harness.ts";

const NOON = Date.UTC(2027, 4, 3, 12, 0);
const DAY = 86_400_000;

async function start(limits: object, extra: object = {}): Promise<Harness & { later(ms: number): void }> {
  let now = NOON;
  const h = await startHarness({ clock: { now: () => now }, channels: ["telegram", "discord"], config: { ...openTo("telegram", "discord"), limits, ...extra } as never });
  return { ...h, later: (ms) => void (now += ms) };
}

async function told(h: Harness, channel: string, ...said: Parameters<typeof message>): Promise<string> {
  await h.receive(message(said[0], { channel, ...said[1] }));
  await h.settled();
  return h.channel(channel).sent.at(-1)?.part.text ?? "";
}

test("who has used up the day's answers is told once a message, keeps what they wrote, and is answered the next day", async () => {
  const h = await start({ perPerson: { turnsPerDay: 2 } });
  assert.equal(await told(h, "telegram", "one"), "echo: one");
  assert.equal(await told(h, "telegram", "two"), "echo: two");
  assert.match(await told(h, "telegram", "three"), /^⚠️ You have used up today's 2 answers\. Your message is kept, and no model was asked\. It begins anew at 00:00 UTC, in 12 h 0 min\. /);
  assert.equal(h.requests.length, 2);
  assert.deepEqual((await h.texts("agent:main:telegram:dm:42")).filter((line) => line.startsWith("user")), ["user: one", "user: two", "user: three"]);
  assert.equal(await told(h, "telegram", "hello", { sender: "43" }), "echo: hello", "somebody else has a share of their own");
  assert.match(await told(h, "telegram", "/help"), /^Commands:/, "a command asks no model");
  h.later(DAY / 2);
  assert.equal(await told(h, "telegram", "four"), "echo: four");
  await h.close();
});

test("a person's accounts share one day; the owner is not limited as a person, unless limits.owner says so", async () => {
  const links = { session: { identityLinks: { ann: ["telegram:1", "discord:2"] } } };
  const h = await start({ perPerson: { turnsPerDay: 1 }, owner: { turnsPerDay: 2 } }, links);
  assert.equal(await told(h, "telegram", "hi", { sender: "1" }), "echo: hi");
  assert.match(await told(h, "discord", "hi", { sender: "2" }), /^⚠️ You have used up today's 1 answer\./);
  for (const text of ["first", "second", "third"]) {
    await h.receive(operator(text));
    await h.settled();
  }
  assert.deepEqual(h.requests.slice(1).map(({ messages }) => messages.at(-1)?.text), ["first", "second"]);
  await h.close();
});

test("tokens count as the provider reports them, for a person and for a conversation", async () => {
  const h = await start({ perSession: { tokensPerDay: 30 } });
  const room = { chat: "-5", kind: "group" as const };
  assert.equal(await told(h, "telegram", "one", { ...room, sender: "1" }), "echo: one");
  assert.equal(await told(h, "telegram", "two", { ...room, sender: "2" }), "echo: two");
  assert.match(await told(h, "telegram", "three", { ...room, sender: "3" }), /^⚠️ This conversation has used up today's 30 tokens\./);
  assert.equal(await told(h, "telegram", "elsewhere", { sender: "3" }), "echo: elsewhere");
  await h.close();
});

test("costs are counted from the prices of the file; a model without one is a warning, not a silence", async () => {
  const models = { providers: { test: { models: [{ id: "echo", cost: { input: 100_000, output: 200_000 } }] } } };
  const h = await start({ perPerson: { costPerDay: 3 } }, { models });
  // 10 tokens in and 5 out cost 2 each time.
  assert.equal(await told(h, "telegram", "one"), "echo: one");
  assert.equal(await told(h, "telegram", "two"), "echo: two");
  assert.match(await told(h, "telegram", "three"), /^⚠️ You have used up today's 3 in cost\./);
  await h.close();
  const config = (extra: object): Config => configSchema.parse({ limits: { perPerson: { costPerDay: 3 } }, agents: { defaults: { model: "openai/gpt-5.2" } }, ...extra }) as unknown as Config;
  assert.match(priceWarnings(config({}))[0] ?? "", /the price of openai\/gpt-5\.2 is not known/);
  assert.deepEqual(priceWarnings(config({ agents: {} })), [], "the built-in model costs nothing");
  assert.deepEqual(priceWarnings(config({ models: { providers: { openai: { models: [{ id: "gpt-5.2", cost: { input: 1, output: 2 } }] } } } })), []);
  assert.equal(usageSettings(() => config({})).cost("openai/gpt-5.2", { input: 1, output: 1, cacheRead: null, cacheWrite: null }), null);
});

test("the owner sees in status who has reached a limit", async () => {
  const h = await start({ perPerson: { turnsPerDay: 1 } });
  for (const text of ["one", "two", "three"]) await told(h, "telegram", text);
  const services = {
    store: h.store,
    clock: { now: () => NOON },
    facts: { version: "0", stateDir: "", configPath: "", pid: 1, startedAt: 0, address: () => null, sessions: { of: async () => 1 } },
    settings: { agents: () => compileAgents({}), warnings: () => [], contextTokens: () => 1 },
    people: { rights: { ledger: async () => ({ head: { n: 0, hash: "" }, unsealed: 0, oldestAt: null }) } },
    jobs: { list: async () => [] },
    live: null,
  };
  const { limits, warnings } = await status.run(services as never, {}, { channel: "webchat" } as never);
  assert.deepEqual(limits.refused, [{ who: "telegram:42", sessionKey: "agent:main:telegram:dm:42", turns: 1, tokens: 15, cost: 0, refused: 2 }]);
  assert.equal(limits.resetsAt, NOON + DAY / 2);
  assert.match(warnings.join("\n"), /telegram:42 has reached a limit of today .* 2 messages were kept and not answered/);
  await h.close();
});
