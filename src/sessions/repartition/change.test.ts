import assert from "node:assert/strict";
import { test } from "node:test";
import { createIds } from "../../domain/ids.ts";
import { assignedTurns } from "../../turns/assigned.ts";
import { assignedItems } from "../../inbox/assigned.ts";
import type { RoutingSource } from "../../routing/source.ts";
import { heard, messageOf, openHouse, routing, type House } from "../../../test/repartition/house.ts";
import { assertAliases, assertSound, wordsOf } from "../../../test/repartition/sound.ts";
import { applyStep, listOpenChanges, readInForce, resolveAlias, rollbackChange, planChange } from "./index.ts";

const OWNER = { owner: "telegram:1" };
const APART: RoutingSource = { session: OWNER };
const TOGETHER: RoutingSource = { session: { ...OWNER, dmScope: "main" } };

async function inHouse(work: (house: House) => Promise<void>): Promise<void> {
  const house = await openHouse();
  try {
    await work(house);
  } finally {
    await house.close();
  }
}

/** Several sessions that have nothing to do with each other, and some that have. */
async function settle(house: House): Promise<void> {
  for (const sender of ["2", "3", "4"]) {
    await house.say(PER_PEER, { sender, text: `t${sender}` });
    await house.say(PER_PEER, { sender, channel: "discord", text: `d${sender}` });
  }
  await house.say(PER_PEER, { sender: "5", text: "waits", queued: true });
}

const PER_PEER: RoutingSource = { session: { ...OWNER, dmScope: "per-peer" } };

test("P20 killed after any step, a change is found again and done to its end, and so is its taking back", () =>
  inHouse(async (house) => {
    await settle(house);
    const dumped = await house.dump();
    const options = { ...routing(PER_PEER, APART), items: assignedItems, turns: assignedTurns, because: "because it was asked for" };
    const ids = createIds({ now: house.now });
    const { id, plan } = await house.change(PER_PEER, APART, { kill: true });
    assert.equal(plan.steps.length, 4, "three sessions that are parted, and what waits");
    for (const { number } of plan.steps) {
      const [open] = await listOpenChanges(house.store);
      assert.deepEqual([open?.change.id, open?.steps.filter(({ state }) => state === "planned").length], [id, plan.steps.length - number + 1]);
      await assertSound(house);
      await applyStep(house.store, id, number, options, ids, house.now());
      const done = await house.dump();
      await applyStep(house.store, id, number, options, ids, house.now());
      assert.deepEqual(await house.dump(), done, "a step that is done is not done again");
    }
    await house.resume(id, PER_PEER, APART);
    assert.deepEqual([(await listOpenChanges(house.store)).length, await readInForce(house.store)], [0, JSON.parse(JSON.stringify(APART))]);
    await assertAliases(house);
    // The taking back is killed by whatever is done in its third step.
    let steps = 0;
    const killed = rollbackChange(house.store, id, { ...options, inForce: PER_PEER }, ids, house.now(), () => {
      if (++steps === 2) throw new Error("killed");
    });
    await assert.rejects(killed, /killed/);
    assert.deepEqual((await listOpenChanges(house.store)).map(({ change }) => change.state), ["undoing"]);
    await assertSound(house);
    await house.rollback(id, PER_PEER, APART);
    assert.deepEqual(await house.dump(), dumped);
    await assert.rejects(house.rollback(id, PER_PEER, APART), { code: "CHANGE_UNKNOWN" });
    await assert.rejects(house.rollback("nothing", PER_PEER, APART), { code: "CHANGE_UNKNOWN" });
  }));

test("a change that was never done to its end is taken back from where it stands", () =>
  inHouse(async (house) => {
    await settle(house);
    const dumped = await house.dump();
    const { id } = await house.change(PER_PEER, APART, { kill: true });
    await applyStep(house.store, id, 2, { ...routing(PER_PEER, APART), items: assignedItems, turns: assignedTurns, because: "because" }, createIds({ now: house.now }), house.now());
    await house.rollback(id, PER_PEER, APART);
    assert.deepEqual(await house.dump(), dumped);
  }));

test("what waits in the inbox is routed anew, with what routing says of it, and back", () =>
  inHouse(async (house) => {
    await house.say(APART, { sender: "2", text: "waits", queued: true });
    await house.say(APART, { sender: "2", channel: "webchat", session: "agent:main:telegram:dm:3", text: "to three", queued: true });
    await house.say(APART, { sender: "3", text: "there" });
    const dumped = await house.dump();
    const { id } = await house.change(APART, TOGETHER);
    const waiting = await house.rows("select session_key, audience, message, why from inbox where state = 'queued' order by seq");
    assert.deepEqual(waiting.map(({ session_key }) => session_key), ["agent:main:main", "agent:main:main"], "a named session is followed to where it went");
    assert.equal((JSON.parse(String(waiting[0]?.message)) as { shared: boolean }).shared, true);
    assert.match(String(waiting[0]?.why), /"value":"main"/);
    await house.rollback(id, APART, TOGETHER);
    assert.deepEqual(await house.dump(), dumped);
  }));

test("old keys lead to where most of their words are, in one step however often they moved", () =>
  inHouse(async (house) => {
    const link = (name: string): RoutingSource => ({ session: { ...OWNER, identityLinks: { [name]: ["telegram:2"] } } });
    await house.say(APART, { sender: "2" });
    await house.change(APART, link("Ann"));
    await house.change(link("Ann"), link("Bea"));
    assert.equal(await resolveAlias(house.store, "agent:main:telegram:dm:2"), "agent:main:person:Bea");
    assert.equal(await resolveAlias(house.store, "agent:main:person:Ann"), "agent:main:person:Bea");
    await assertAliases(house);
    await house.change(link("Bea"), APART);
    assert.equal(await resolveAlias(house.store, "agent:main:telegram:dm:2"), "agent:main:telegram:dm:2");
    assert.equal(await resolveAlias(house.store, "agent:main:person:Ann"), "agent:main:telegram:dm:2");
    await assertAliases(house);
  }));

test("a new start moves nothing, and says who would begin anew", () =>
  inHouse(async (house) => {
    await house.say(APART, { sender: "2", text: "two" });
    const { sessions, entries, conversations } = await house.dump();
    const { plan } = await house.change(APART, TOGETHER, { mode: "fresh" });
    const after = await house.dump();
    assert.deepEqual([after.sessions, after.entries, after.conversations], [sessions, entries, conversations]);
    assert.deepEqual([plan.sessions.length, plan.stays, plan.messages], [0, 1, 0]);
    assert.match(plan.lines[0] ?? "", /Nothing is moved/);
  }));

test("somebody else's words in a conversation that had moved whole leave it under another session id", () =>
  inHouse(async (house) => {
    await house.say(APART, { sender: "2", text: "two" });
    const [was] = await house.rows("select session_id from sessions");
    const { id } = await house.change(APART, TOGETHER);
    assert.deepEqual({ ...(await house.rows("select session_id from sessions"))[0] }, { ...was }, "it had moved whole");
    await house.say(TOGETHER, { sender: "3", text: "three" });
    await house.say(TOGETHER, { sender: "2", text: "two again" });
    const words = await wordsOf(house);
    await house.rollback(id, APART, TOGETHER);
    await assertSound(house);
    assert.deepEqual(await wordsOf(house), words);
    assert.deepEqual(await heard(house), { "agent:main:telegram:dm:2": ["two", "two again"], "agent:main:telegram:dm:3": ["three"] });
    assert.equal((await house.rows("select * from conversations")).some(({ session_id }) => session_id === was?.session_id), false, "whoever read the other's words under it finds them under it no more");
  }));

test("what its own people said since simply follows, under the same session id", () =>
  inHouse(async (house) => {
    await house.say(APART, { sender: "2", text: "two" });
    const [was] = await house.rows("select session_id from sessions");
    const { id } = await house.change(APART, TOGETHER);
    await house.say(TOGETHER, { sender: "2", text: "two again" });
    await house.rollback(id, APART, TOGETHER);
    await assertSound(house);
    assert.deepEqual(await heard(house), { "agent:main:telegram:dm:2": ["two", "two again"] });
    assert.deepEqual({ ...(await house.rows("select session_id from sessions"))[0] }, { ...was });
  }));

test("a dock goes along with its person, and leaves the session that they left", () =>
  inHouse(async (house) => {
    await house.say(TOGETHER, { sender: "1", text: "owner" });
    await house.say(TOGETHER, { sender: "2", text: "two" });
    const dock = { address: { channel: "discord", account: "default", chat: "9", thread: null }, audience: "peer:telegram:default:2", since: 5 };
    await house.store.run({ build: (db, p) => db.updateTable("sessions").set({ dock: p("dock") }) }, { dock: JSON.stringify(dock) } as { dock: string });
    await house.change(TOGETHER, APART);
    assert.deepEqual((await house.rows("select dock from sessions order by key")).map((row) => row.dock), [null, JSON.stringify(dock)]);
  }));

const readersOf = async (house: House, before: RoutingSource, after: RoutingSource, options = {}) => {
  const { plan } = await house.change(before, after, { kill: true, ...options });
  return plan.readers.map(({ reader, author, messages, session }) => `${reader} < ${author} ${messages} ${session}`);
};

test("P1 who would newly see whose words is said before it is done: each pair, never the owner", () =>
  inHouse(async (house) => {
    await house.say(APART, { sender: "1", text: "owner" });
    await house.say(APART, { sender: "2", name: "Bob", text: "a" });
    await house.say(APART, { sender: "2", name: "Bob", text: "b" });
    assert.deepEqual(await readersOf(house, APART, TOGETHER), ["Bob (telegram 2) < the owner 1 agent:main:main"]);
  }));

test("a reader is the same one when somebody's name comes to be known between two looks at a plan", () =>
  inHouse(async (house) => {
    const pairs = async () => (await planChange(house.store, { ...routing(APART, TOGETHER), mode: "repartition", affected: "all" })).readers;
    for (const sender of ["2", "3"]) await house.say(APART, { sender, text: `t${sender}` });
    const before = await pairs();
    await house.say(APART, { sender: "3", name: "Cleo" });
    const after = await pairs();
    assert.notDeepEqual(after.map(({ author }) => author), before.map(({ author }) => author));
    assert.deepEqual(after.map(({ pair }) => pair), before.map(({ pair }) => pair));
  }));

test("P1 a link shows as readers: whom it joins are two until then", () =>
  inHouse(async (house) => {
    const linked: RoutingSource = { session: { identityLinks: { Ann: ["telegram:2", "discord:3"] } } };
    await house.say({}, { sender: "2" });
    await house.say({}, { sender: "3", channel: "discord" });
    assert.deepEqual(await readersOf(house, {}, linked), ["discord 3 < telegram 2 1 agent:main:person:Ann", "telegram 2 < discord 3 1 agent:main:person:Ann"]);
    assert.deepEqual(await readersOf(house, linked, {}), [], "taking it apart shows nobody anything");
  }));

test("P1 a room reads with all who never spoke in it, and whoever may write tomorrow reads where they would be sent", () =>
  inHouse(async (house) => {
    const mixed: RoutingSource = { session: { ...OWNER, groupScope: "main" } };
    await house.say(APART, { sender: "1", text: "private" });
    await house.say(APART, { sender: "1", kind: "group", chat: "-5", text: "in the room" });
    assert.deepEqual(await readersOf(house, APART, mixed), ["everybody in the room telegram -5 < the owner 1 agent:main:main"]);
    const probes = [{ message: messageOf({ sender: "stranger" }), words: "anybody on telegram" }];
    assert.deepEqual(await readersOf(house, APART, TOGETHER, { probes }), ["anybody on telegram < the owner 1 agent:main:main"]);
    assert.deepEqual(await readersOf(house, TOGETHER, APART, { probes }), [], "who shared already reads nothing new");
    assert.deepEqual(await readersOf(house, APART, TOGETHER, { probes, mode: "fresh" }), ["anybody on telegram < the owner 1 agent:main:main"], "what lies there is read without any move");
  }));
