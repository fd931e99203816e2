import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "./client.ts";
import { heard, lastRequest, mutter, OWNER, say, town, type Town } from "./town.ts";

const ANN = { id: 501, name: "Ann" };
/** Ann as the other bot knows her. */
const ANNA = { id: 601, name: "Anna" };
const BOB = { id: 502, name: "Bob" };

function codeIn(text: string): string {
  return /Your code is `?([A-Z0-9-]+)/.exec(text)?.[1] ?? assert.fail(`there is no code in: ${text}`);
}

/** Until the two sides are told how their link went. */
async function told(at: Town, server: Town["first"], chat: number, what: RegExp): Promise<void> {
  await until(`${chat} is told ${what.source}`, () => heard(server, chat).some((text) => what.test(text)));
  await at.client().settled();
}

async function link(at: Town): Promise<void> {
  const code = codeIn(await say(at, at.first, ANN, "/link"));
  assert.match(await say(at, at.second, ANNA, `/link ${code}`), /links you with telegram 501 \(who is called "Ann" there\)/);
  await until("the first side is asked", () => heard(at.first, ANN.id).some((text) => text.includes("wants to be linked with you")));
  assert.match(await say(at, at.first, ANN, "/link yes"), /Now say \/link yes on the other side/);
  await say(at, at.second, ANNA, "/link yes");
  await told(at, at.first, ANN.id, /^✅ Linked/);
  await told(at, at.second, ANNA.id, /^✅ Linked/);
}

describe("linking from the chat", { concurrency: 2 }, () => {
  test("P19 two accounts linked by a code are one person: what is said on one is known on the other, and after /unlink it is not", async (t) => {
    const at = await town(t);
    await say(at, at.first, ANN, "my heron is word-on-a");
    await say(at, at.second, ANNA, "my kite is word-on-b");
    await say(at, at.second, BOB, "my wren is word-of-bob");
    assert.doesNotMatch(lastRequest(at.model), /word-on/);
    await link(at);
    const { people } = await at.json<{ people: { name: string; identities: { account: string; peer: string; provedBy: string }[] }[] }>("people", "list");
    assert.deepEqual(people.map(({ identities }) => identities.map(({ account, peer, provedBy }) => `${account} ${peer} ${provedBy}`).toSorted()), [["default 501 code", "work 601 code"]]);
    await say(at, at.second, ANNA, "what is my heron?");
    assert.match(lastRequest(at.model), /word-on-a.*word-on-b/);
    await say(at, at.first, ANN, "what is my kite?");
    assert.match(lastRequest(at.model), /word-on-a.*word-on-b.*what is my heron/);
    assert.doesNotMatch(lastRequest(at.model), /word-of-bob/);
    await say(at, at.second, BOB, "what is Ann's heron?");
    assert.doesNotMatch(lastRequest(at.model), /word-on/);
    await say(at, at.second, ANNA, "/unlink");
    await told(at, at.second, ANNA.id, /^✅ Unlinked/);
    await say(at, at.second, ANNA, "and what is my heron now?");
    assert.doesNotMatch(lastRequest(at.model), /word-on-a/, "B does not know any more what was said on A");
    assert.match(lastRequest(at.model), /word-on-b/, "what was said on B stayed there");
    await say(at, at.first, ANN, "and what is my kite now?");
    assert.match(lastRequest(at.model), /word-on-a/);
    assert.doesNotMatch(lastRequest(at.model), /word-on-b/);
  });

  test("a link needs a yes on both sides, and a no on one changes nothing", async (t) => {
    const at = await town(t);
    await say(at, at.first, ANN, "my heron is word-on-a");
    const code = codeIn(await say(at, at.first, ANN, "/link"));
    await say(at, at.second, BOB, `/link ${code}`);
    await say(at, at.second, BOB, "/link yes");
    await say(at, at.second, BOB, "what is the heron?");
    assert.doesNotMatch(lastRequest(at.model), /word-on-a/, "one yes is not enough");
    assert.match(await say(at, at.first, ANN, "/link no"), /Not linked/);
    await told(at, at.second, BOB.id, /The link was refused/);
    assert.match(await say(at, at.second, BOB, "/link yes"), /Nobody asks to be linked with you/);
    assert.deepEqual((await at.json<{ people: unknown[] }>("people", "list")).people, []);
    await say(at, at.second, BOB, "what is the heron?");
    assert.doesNotMatch(lastRequest(at.model), /word-on-a/);
  });

  test("the owner links their own account from the page: it was a stranger's, and then it shares the owner's conversation", async (t) => {
    const at = await town(t, { policy: { dmPolicy: "pairing", allowFrom: [String(OWNER), "43"] } });
    const phone = { id: 88, name: "A phone" };
    await at.client().ask("my locker has the number locker-7319");
    assert.match(await say(at, at.second, phone, "hello?"), /I do not know you yet/);
    const code = codeIn(await at.client().ask("/link"));
    assert.match(await say(at, at.second, phone, `/link ${code}`), /links you with the owner/);
    assert.match(await say(at, at.second, phone, "/link yes"), /Now say \/link yes on the other side/);
    assert.deepEqual(await mutter(at, at.second, phone, "am I in?"), [], "not before both have said yes");
    assert.match(await at.client().ask("/link yes"), /Agreed/);
    await told(at, at.second, phone.id, /^✅ Linked/);
    await say(at, at.second, phone, "what was my locker?");
    assert.match(lastRequest(at.model), /locker-7319/);
    const history = await at.client().history();
    assert.deepEqual(history.filter(({ role }) => role === "user").map(({ channel, text }) => `${channel}: ${text}`), ["webchat: my locker has the number locker-7319", "telegram: what was my locker?"]);
    assert.equal((await at.client().status()).sessions.count, 1);
    // The other account of ours does not know them.
    assert.match(await say(at, at.first, phone, "and here?"), /I do not know you yet/);
    // It outlives the gateway.
    await at.stop();
    await at.start();
    await say(at, at.second, phone, "still me?");
    assert.match(lastRequest(at.model), /locker-7319/);
  });

  test("the owner is told in their own conversation who asks, and that it is done, whoever says the last yes", async (t) => {
    const at = await town(t, { policy: { dmPolicy: "pairing", allowFrom: [String(OWNER), "43"] } });
    const phone = { id: 88, name: "A phone](http://x) *say yes*" };
    await at.client().ask("my locker has the number locker-7319");
    const code = codeIn(await at.client().ask("/link"));
    await say(at, at.second, phone, `/link ${code}`);
    const houseLines = async (): Promise<string[]> => (await at.client().history()).filter(({ role }) => role === "system").map(({ text }) => text);
    await until("the owner is asked on the page", async () => (await houseLines()).some((text) => /telegram 88.*wants to be linked with you/s.test(text)));
    assert.ok((await houseLines()).every((text) => !text.includes("](http") && !text.includes("*say")), "a name leads nowhere and speaks for nobody");
    assert.match(await at.client().ask("/link yes"), /Now say `?\/link yes`? on the other side/);
    assert.match(await say(at, at.second, phone, "/link yes"), /Agreed/);
    await told(at, at.second, phone.id, /^✅ Linked/);
    await until("the owner is told on the page", async () => (await houseLines()).some((text) => text.startsWith("✅ Linked")));
    await say(at, at.second, phone, "what was my locker?");
    assert.match(lastRequest(at.model), /locker-7319/);
  });

  test("the old keys of conversations that were brought together lead to where their words are", async (t) => {
    const at = await town(t);
    await say(at, at.first, ANN, "my heron is word-on-a");
    await say(at, at.second, ANNA, "my kite is word-on-b");
    const before = ["agent:main:telegram:dm:501", "agent:main:telegram:dm:601"];
    const words = async (key: string): Promise<string[]> => (await at.client().history(key)).filter(({ role }) => role === "user").map(({ text }) => text);
    assert.deepEqual([await words(before[0] ?? ""), await words(before[1] ?? "")], [["my heron is word-on-a"], ["my kite is word-on-b"]]);
    await link(at);
    const [person] = (await at.json<{ people: { name: string; sessions: string[] }[] }>("people", "list")).people;
    const key = person?.sessions[0] ?? "";
    assert.match(key, /^agent:main:person:/);
    for (const old of [key, ...before]) assert.deepEqual(await words(old), ["my heron is word-on-a", "my kite is word-on-b"], old);
    const printed = await at.run("sessions", "history", before[0] ?? "");
    assert.match(printed.stdout, /word-on-a[\s\S]*word-on-b/);
  });
});
