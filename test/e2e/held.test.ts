import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { tamperIn } from "../store/database.ts";
import { until } from "./client.ts";
import { heard, mutter, OWNER, say, takenIn, town, type Town } from "./town.ts";

const ANN = { id: 501, name: "Ann" };
const SESSION = { owner: [`telegram:${OWNER}`] };
const ANNS = "agent:main:telegram:dm:501";
/** What whoever wrote is told instead, and nothing of why. */
const WAITS = "⏳ My answer waits for my owner's word before it is sent.";

interface Delivery {
  readonly id: string;
  readonly toWhom: string;
  readonly text: string;
  readonly reason: string;
  readonly state: string;
  readonly sessionKey: string;
}

const listed = async (at: Town): Promise<readonly Delivery[]> => (await at.json<{ deliveries: Delivery[] }>("outbox", "list")).deliveries;

/** What no gateway writes: Ann's first message becomes somebody else's, as after a fault of ours or a hand in the database. */
async function poison(at: Town): Promise<void> {
  await at.stop();
  const changes = await tamperIn(at.stateDir, "update entries set sender_id = '502', sender_name = 'Bob', text = 'word-of-bob', audience = 'peer:telegram:default:502' where session_key = ? and role = 'user' and seq = (select min(seq) from entries where session_key = ? and role = 'user')", ANNS, ANNS);
  assert.equal(changes, 1);
  await at.start();
}

describe("law 5: a reply that could hold somebody else's words", { concurrency: 2 }, () => {
  test("it is not delivered and nothing of it is seen while it grows; it is listed with its reason, the owner is told where they are, and release sends it once", async (t) => {
    const at = await town(t, { parts: { session: SESSION } });
    await say(at, at.first, OWNER, "I am the owner");
    await say(at, at.first, ANN, "hello");
    await poison(at);
    const rest = Promise.withResolvers<void>();
    at.model.behave([{ kind: "hold", first: "Bob has said the word-of-bob, ", text: "and that is all of it.", until: rest.promise }]);
    const before = [heard(at.first, ANN.id), heard(at.first, OWNER)];
    const { updateId } = await at.first.injectMessage({ chat: ANN.id, from: ANN, text: "what has been said?" });
    await at.client().event("it grows", ({ event, payload }) => event === "chat" && payload.state === "delta" && payload.sessionKey === ANNS);
    assert.deepEqual(heard(at.first, ANN.id), before[0]);
    rest.resolve();
    await takenIn(at, at.first, updateId);
    await until("the owner is told", () => heard(at.first, OWNER).length > (before[1]?.length ?? 0));
    const told = [...(before[0] ?? []), WAITS];
    assert.deepEqual(heard(at.first, ANN.id), told);
    const notice = heard(at.first, OWNER).at(-1) ?? "";
    assert.match(notice, /A reply waits for you: .*Look at it/s);
    assert.doesNotMatch(notice, /word-of-bob/);

    const [delivery, ...more] = await listed(at);
    assert.ok(delivery !== undefined && more.length === 0);
    assert.deepEqual([delivery.sessionKey, delivery.state], [ANNS, "held"]);
    assert.match(delivery.text, /^Bob has said the word-of-bob, and that is all of it\.$/);
    assert.match(delivery.reason, /would read an answer that could hold words of .*502/);
    const printed = await at.run("outbox", "list");
    assert.match(printed.stdout, new RegExp(`ID +TO +SINCE +WHY +TEXT\\n${delivery.id} +`));
    assert.match((await at.run("status")).stdout, /1 reply waits for you/);

    // It waits across a restart too.
    await at.stop();
    assert.equal((await listed(at)).length, 1);
    await at.start();
    await at.client().settled();
    assert.deepEqual(heard(at.first, ANN.id), told);
    const released = await at.run("outbox", "release", delivery.id);
    assert.equal(released.code, 0, released.stderr);
    await until("it is sent", () => heard(at.first, ANN.id).length > told.length);
    await at.client().settled();
    assert.deepEqual(heard(at.first, ANN.id), [...told, "Bob has said the word-of-bob, and that is all of it."]);
    assert.deepEqual(await listed(at), []);
    assert.match((await at.run("outbox", "release", delivery.id)).stderr, /\[DELIVERY_UNKNOWN\]/);
  });

  test("what is dropped is never sent, not by the next gateway either; other people's replies went all the while", async (t) => {
    const at = await town(t, { parts: { session: SESSION } });
    await say(at, at.first, ANN, "hello");
    await poison(at);
    assert.deepEqual(await mutter(at, at.first, ANN, "what has been said?"), [WAITS]);
    assert.equal(await say(at, at.first, 503, "and I?"), "noted");
    const [delivery] = await listed(at);
    assert.ok(delivery);
    const refused = await at.run("outbox", "drop", delivery.id);
    assert.deepEqual([refused.code, /CHANGE_NEEDS_APPROVAL/.test(refused.stderr)], [1, true]);
    assert.equal((await listed(at)).length, 1);
    const dropped = await at.run("outbox", "drop", delivery.id, "--yes");
    assert.equal(dropped.code, 0, dropped.stderr);
    assert.deepEqual(await listed(at), []);
    assert.match((await at.run("outbox", "release", delivery.id)).stderr, /\[DELIVERY_UNKNOWN\]/);
    await at.stop();
    await at.start();
    await at.client().settled();
    assert.deepEqual(heard(at.first, ANN.id), ["noted", WAITS], "only the answer to hello");
  });

  test("with the gateway down a held reply is released, and the next gateway sends it", async (t) => {
    const at = await town(t, { parts: { session: SESSION } });
    await say(at, at.first, ANN, "hello");
    await poison(at);
    assert.deepEqual(await mutter(at, at.first, ANN, "what has been said?"), [WAITS]);
    await at.stop();
    const [delivery] = await listed(at);
    const released = await at.run("outbox", "release", delivery?.id ?? "");
    assert.equal(released.code, 0, released.stderr);
    await at.start();
    await until("it is sent", () => heard(at.first, ANN.id).length === 3);
    assert.deepEqual(heard(at.first, ANN.id), ["noted", WAITS, "noted"]);
  });

  test("the owner reads on the page what was held, and their own answers are never held", async (t) => {
    const at = await town(t, { parts: { session: SESSION } });
    await say(at, at.first, ANN, "hello");
    await poison(at);
    assert.deepEqual(await mutter(at, at.first, ANN, "what has been said?"), [WAITS]);
    assert.deepEqual((await at.client().history(ANNS)).filter(({ role }) => role === "user").map(({ text }) => text), ["word-of-bob", "what has been said?"]);
    assert.equal(await at.client().ask("and what do I see here?", ANNS), "noted");
    assert.equal((await listed(at)).length, 1);
  });
});
