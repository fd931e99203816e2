import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DmScope } from "../../domain/route.ts";
import type { RoutingSource } from "../../routing/source.ts";
import { heard, openHouse, type House, type Spoken } from "../../../test/repartition/house.ts";

const SCOPES: readonly DmScope[] = ["auto", "main", "per-peer", "per-channel-peer", "per-account-channel-peer"];
const OWNER = { owner: "telegram:1" };

/** The owner, and two others, one of whom has the same id on two channels and two accounts. */
const PEOPLE: readonly Spoken[] = [
  { sender: "1", text: "owner" },
  { sender: "2", text: "two" },
  { sender: "2", account: "work", text: "two at work" },
  { sender: "2", channel: "discord", text: "two on discord" },
  { sender: "3", text: "three" },
  { sender: "9", kind: "group", chat: "-5", text: "in the group" },
  { channel: "webchat", sender: "operator", text: "operator" },
];

async function inHouse(work: (house: House) => Promise<void>): Promise<void> {
  const house = await openHouse();
  try {
    await work(house);
  } finally {
    await house.close();
  }
}

/** Each question sits where routing would send it now, once. */
async function assertAtHome(house: House, source: RoutingSource, people: readonly Spoken[]): Promise<void> {
  const before = (await house.rows("select count(*) as n from entries"))[0]?.n;
  const current = await heard(house);
  for (const spoken of people) {
    const { sessionKey } = await house.say(source, { ...spoken, text: "probe" });
    const session = current[sessionKey] ?? [];
    assert.equal(session.filter((text) => text === spoken.text).length, 1, `${spoken.text} is in ${sessionKey}: ${JSON.stringify(current)}`);
  }
  assert.ok(Number(before) > 0);
}

describe("P20 a changed scope carries what was said along", () => {
  for (const from of SCOPES) {
    for (const to of SCOPES) {
      if (from === to) continue;
      test(`P20 from ${from} to ${to}: everybody goes on where they were, and back again`, () =>
        inHouse(async (house) => {
          const before: RoutingSource = { session: { dmScope: from, ...OWNER } };
          const after: RoutingSource = { session: { dmScope: to, ...OWNER } };
          for (const spoken of PEOPLE) await house.say(before, spoken);
          const dumped = await house.dump();
          const { id } = await house.change(before, after);
          assert.deepEqual(Object.values(await heard(house)).flat().toSorted(), PEOPLE.map(({ text }) => text ?? "").toSorted());
          await house.rollback(id, before, after);
          assert.deepEqual(await house.dump(), dumped, "taken back, everything is as it was");
          const again = await house.change(before, after);
          assert.notEqual(again.id, id);
          await assertAtHome(house, after, PEOPLE);
        }));
    }
  }
});

const PAIRS: readonly (readonly [name: string, before: RoutingSource, after: RoutingSource])[] = [
  ["a link joins two accounts", { session: {} }, { session: { identityLinks: { Ann: ["telegram:2", "discord:2"] } } }],
  ["a link makes somebody the owner", { session: OWNER }, { session: { owner: "Ann", identityLinks: { Ann: ["telegram:1", "discord:2"] } } }],
  ["a binding gives a channel to another agent", { session: OWNER }, { session: OWNER, agents: { list: [{ id: "main" }, { id: "b" }] }, bindings: [{ agentId: "b", match: { channel: "discord" } }] }],
  ["the main key changes", { session: OWNER }, { session: { ...OWNER, mainKey: "home" } }],
  ["global and per sender", { session: { ...OWNER, scope: "global" } }, { session: { ...OWNER, scope: "per-sender" } }],
  ["groups into the main session", { session: { ...OWNER, groupScope: "per-group" } }, { session: { ...OWNER, groupScope: "main" } }],
];

describe("P20 other settings carry what was said along, both ways", () => {
  for (const [name, one, other] of PAIRS) {
    for (const [before, after, way] of [[one, other, "there"], [other, one, "back"]] as const) {
      test(`P20 ${name} (${way})`, () =>
        inHouse(async (house) => {
          for (const spoken of PEOPLE) await house.say(before, spoken);
          const dumped = await house.dump();
          const { id, plan } = await house.change(before, after);
          assert.ok(plan.sessions.length > 0);
          await house.rollback(id, before, after);
          assert.deepEqual(await house.dump(), dumped);
          await house.change(before, after);
          await assertAtHome(house, after, PEOPLE);
        }));
    }
  }
});

test("a conversation that goes whole to another key keeps its session id, its positions and its parents", () =>
  inHouse(async (house) => {
    const before: RoutingSource = { session: {} };
    const after: RoutingSource = { session: { identityLinks: { Ann: ["telegram:2"] } } };
    await house.say(before, { sender: "2", text: "a" });
    await house.say(before, { sender: "2", text: "b" });
    const places = await house.rows("select id, session_id, seq, parent_id from entries order by id");
    await house.change(before, after);
    assert.deepEqual(await house.rows("select id, session_id, seq, parent_id from entries order by id"), places);
    assert.deepEqual((await house.rows("select distinct session_key, audience from entries")).map((row) => ({ ...row })), [{ session_key: "agent:main:person:Ann", audience: "person:Ann" }]);
    assert.deepEqual((await house.rows("select to_key from key_aliases")).map(({ to_key }) => to_key), ["agent:main:person:Ann"]);
  }));

test("a merge is in the order of time, one chain from position 1, with one line that says so", () =>
  inHouse(async (house) => {
    const before: RoutingSource = { session: {} };
    const after: RoutingSource = { session: { identityLinks: { Ann: ["telegram:2", "discord:3"] } } };
    for (const [channel, sender, text] of [["telegram", "2", "a"], ["discord", "3", "b"], ["telegram", "2", "c"], ["discord", "3", "d"]] as const) await house.say(before, { channel, sender, text });
    const { plan } = await house.change(before, after);
    assert.deepEqual(plan.sessions.map(({ action }) => action), ["merge", "merge"]);
    const entries = await house.rows("select e.id, e.seq, e.parent_id, e.role, e.text, e.person, e.audience from entries e join sessions s on s.session_id = e.session_id order by e.seq");
    assert.deepEqual(entries.map(({ text, role }) => (role === "system" ? "-" : text)), ["a", "to a", "b", "to b", "c", "to c", "d", "to d", "-"]);
    assert.deepEqual(entries.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(entries.map(({ parent_id }) => parent_id), [null, ...entries.slice(0, -1).map(({ id }) => id)]);
    assert.ok(entries.filter(({ role }) => role === "user").every(({ person, audience }) => person === "Ann" && audience === "person:Ann"));
    assert.match(String(entries.at(-1)?.text), /^Sorted anew: .* `continuo rollback` takes it back\.$/);
    const [conversation] = await house.rows("select began_reason, entry_seq, leaf_id, message_count, preview from conversations");
    assert.deepEqual({ ...conversation }, { began_reason: "repartitioned", entry_seq: 9, leaf_id: entries.at(-1)?.id, message_count: 8, preview: "a" });
    assert.equal((await house.rows("select * from sessions")).length, 1);
  }));

test("a key that is a session already is joined, and earlier conversations stay apart under it", () =>
  inHouse(async (house) => {
    const before: RoutingSource = { session: OWNER };
    const after: RoutingSource = { session: { ...OWNER, dmScope: "main" } };
    await house.say(before, { sender: "2", text: "earlier" });
    await house.say(before, { sender: "2", text: "now", anew: true });
    await house.say(before, { sender: "1", text: "owner" });
    const { id } = await house.change(before, after);
    assert.deepEqual(await heard(house), { "agent:main:main": ["now", "owner"] });
    const earlier = await house.rows("select c.key, c.began_reason, c.ended_reason, e.text from conversations c join entries e on e.session_id = c.session_id where c.ended_at is not null and e.role = 'user'");
    assert.deepEqual(earlier.map((row) => ({ ...row })), [{ key: "agent:main:main", began_reason: "first-message", ended_reason: "new", text: "earlier" }]);
    const [route] = await house.rows("select last_route from sessions");
    assert.match(String(route?.last_route), /"chat":"1"|"chat":"2"/);
    assert.equal(await house.rollback(id, before, after), 2);
  }));

test("a split parts every conversation by who asked, and answers go with their questions", () =>
  inHouse(async (house) => {
    const before: RoutingSource = { session: { ...OWNER, dmScope: "main" } };
    const after: RoutingSource = { session: OWNER };
    await house.say(before, { sender: "1", text: "owner" });
    await house.say(before, { sender: "2", text: "two" });
    await house.say(before, { sender: "1", text: "owner again" });
    const [was] = await house.rows("select session_id from sessions");
    const { plan } = await house.change(before, after);
    assert.deepEqual(plan.sessions.map(({ action, to }) => [action, to.length]), [["split", 2]]);
    assert.deepEqual(await heard(house), { "agent:main:main": ["owner", "owner again"], "agent:main:telegram:dm:2": ["two"] });
    assert.equal((await house.rows("select * from sessions")).some(({ session_id }) => session_id === was?.session_id), false, "each part has a session id of its own");
    assert.deepEqual((await house.rows("select audience from sessions order by key")).map(({ audience }) => audience), ["owner", "peer:telegram:default:2"]);
    assert.deepEqual(
      (await house.rows("select last_route from sessions order by key")).map(({ last_route }) => (last_route === null ? null : (JSON.parse(String(last_route)) as { chat: string }).chat)),
      ["1", null],
      "the last route goes with the one whose it is",
    );
  }));
