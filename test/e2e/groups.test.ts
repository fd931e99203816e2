import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "./client.ts";
import { OPEN, textOf } from "./house.ts";
import { heard, lastRequest, mutter, OWNER, say, town, type Town } from "./town.ts";

const ANN = { id: 501, name: "Ann" };
const BOB = { id: 502, name: "Bob" };
const GARDEN = { id: -1_001_234_567, title: "Garden" };
const FORUM = { id: -1_001_234_568, title: "Forum", isForum: true };
const SESSION = { owner: [`telegram:${OWNER}`] };

const named = (at: Town, text: string): string => `@${at.first.botUsername} ${text}`;

/** What the model was sent last, message by message. */
function asked(at: Town): string[] {
  return (at.model.requests().at(-1)?.messages ?? []).filter(({ role }) => role === "user").map(({ content }) => textOf(content));
}

describe("groups and docks", { concurrency: 2 }, () => {
  test("what is said in a group without the agent's name begins no turn, and is there, by name and in order, for the next one that says it", async (t) => {
    const at = await town(t, { parts: { session: SESSION } });
    assert.deepEqual(await mutter(at, at.first, ANN, "the tulips are word-tulips", { chat: GARDEN }), []);
    assert.deepEqual(await mutter(at, at.first, BOB, "the roses are word-roses", { chat: GARDEN }), []);
    await mutter(at, at.first, BOB, "somewhere else: word-forum", { chat: FORUM, threadId: 7 });
    assert.deepEqual([at.model.requests().length, (await at.client().status()).sessions.count], [0, 0]);
    assert.equal(await say(at, at.first, ANN, named(at, "which flowers?"), { chat: GARDEN }), "noted");
    assert.match(asked(at).join("\n"), /Ann[\s\S]*word-tulips[\s\S]*Bob[\s\S]*word-roses[\s\S]*which flowers\?/);
    assert.doesNotMatch(lastRequest(at.model), /word-forum/);
    // It is part of the transcript now, once.
    await mutter(at, at.first, BOB, "and word-weeds", { chat: GARDEN });
    await say(at, at.first, BOB, named(at, "and now?"), { chat: GARDEN });
    const text = asked(at).join("\n");
    assert.deepEqual(text.match(/word-\w+/g), ["word-tulips", "word-roses", "word-weeds"]);
    // It outlives the gateway, and stays in its own room.
    await mutter(at, at.first, ANN, "last: word-ivy", { chat: GARDEN });
    await at.stop();
    await at.start();
    await say(at, at.first, ANN, named(at, "in the topic?"), { chat: FORUM, threadId: 7 });
    assert.deepEqual(asked(at).join("\n").match(/word-\w+/g), ["word-forum"]);
    await say(at, at.first, ANN, named(at, "and the last?"), { chat: GARDEN });
    assert.deepEqual(asked(at).join("\n").match(/word-\w+/g), ["word-tulips", "word-roses", "word-weeds", "word-ivy"]);
    await say(at, at.first, ANN, "and in private?");
    assert.doesNotMatch(lastRequest(at.model), /word-/);
  });

  test("historyLimit says how many are kept, the newest, and what those say who may not speak there is not kept", async (t) => {
    const at = await town(t, { parts: { session: SESSION }, policy: { dmPolicy: "open", allowFrom: ["*"], groupPolicy: "allowlist", groupAllowFrom: [String(ANN.id)], groups: { [String(GARDEN.id)]: {} }, historyLimit: 2 } });
    for (const word of ["one", "two", "three"]) await mutter(at, at.first, ANN, `word-${word}`, { chat: GARDEN });
    await mutter(at, at.first, BOB, "word-bob", { chat: GARDEN });
    assert.deepEqual(await mutter(at, at.first, BOB, named(at, "and I?"), { chat: GARDEN }), []);
    await say(at, at.first, ANN, named(at, "what was said?"), { chat: GARDEN });
    assert.deepEqual(asked(at).join("\n").match(/word-\w+/g), ["word-two", "word-three"]);
  });

  test("/dock-telegram on the page sends the owner's replies to their Telegram, across a restart, until /undock; nobody else's go there", async (t) => {
    const at = await town(t, { parts: { session: SESSION } });
    await say(at, at.first, OWNER, "I am here");
    const start = heard(at.first, OWNER).length;
    assert.match(await at.client().ask("/dock-telegram"), /Docked replies to telegram\./);
    at.model.behave((body) => ({ kind: "reply", text: `answer to ${textOf(body.messages.at(-1)?.content).split("\n").at(-1)}` }));
    await at.client().ask("from the page");
    await until("it is on Telegram", () => heard(at.first, OWNER).length > start);
    assert.deepEqual(heard(at.first, OWNER).slice(start), ["answer to from the page"]);
    assert.match(await say(at, at.first, ANN, "from Ann"), /answer to from Ann/);
    assert.equal(heard(at.first, OWNER).length, start + 1);
    await at.stop();
    await at.start();
    await at.client().ask("after a restart");
    await until("it is on Telegram", () => heard(at.first, OWNER).length > start + 1);
    assert.match(await at.client().ask("/undock"), /Undocked/);
    const undocked = heard(at.first, OWNER).length;
    await at.client().ask("and now?");
    await at.client().settled();
    assert.equal(heard(at.first, OWNER).length, undocked);
    assert.deepEqual((await at.client().history()).filter(({ role }) => role === "user").map(({ text }) => text), ["I am here", "from the page", "after a restart", "and now?"]);
  });

  test("docking is for direct chats, and where nothing is docked /undock says so", async (t) => {
    const at = await town(t, { parts: { session: SESSION }, policy: { ...OPEN, allowFrom: ["*", String(OWNER)] } });
    assert.match(await say(at, at.first, ANN, "/dock-telegram"), /Already docked to telegram\./);
    assert.match(await say(at, at.first, ANN, "/undock"), /Your replies are not docked/);
    assert.match(await say(at, at.first, ANN, "/dock-slack"), /Cannot dock to slack: link an account there first/);
    assert.match(await say(at, at.first, OWNER, named(at, "/dock-telegram"), { chat: GARDEN }), /docking works in direct chats only/);
    assert.match(await say(at, at.first, ANN, named(at, "/link"), { chat: GARDEN }), /Linking is done in a direct chat/);
  });

  test("whom session.owner names may use the commands in a group too", async (t) => {
    const at = await town(t, { parts: { session: SESSION } });
    await say(at, at.first, OWNER, named(at, "hello"), { chat: GARDEN });
    assert.match(await say(at, at.first, OWNER, named(at, "/new"), { chat: GARDEN }), /New session started/);
  });
});
