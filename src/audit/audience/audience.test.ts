import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { compileRouting } from "../../routing/index.ts";
import { removeStateDir, storeIn } from "../../../test/store/database.ts";
import { insertSession } from "../../store/statements/insert-session.ts";
import { upsertParticipant } from "../../store/statements/upsert-participant.ts";
import type { Store } from "../../store/store.ts";
import { between } from "./between.ts";
import { drawMap } from "./draw.ts";
import type { AudienceFacts, AudiencePeople, Spoken, SpokenSession } from "./facts.ts";
import { layOut } from "./layout.ts";
import { buildMap } from "./map.ts";
import { readAudience } from "./read.ts";

const UNNAMED = { spell: () => null };

interface Said extends Partial<Spoken> {
  readonly sessionKey: string;
  readonly channel: string;
  readonly senderId: string;
}

function spoken(said: Said, person: string | null = null, isOwner = false): Spoken {
  return { account: "default", chat: said.senderId, thread: null, chatKind: "dm", senderName: null, explicit: false, messages: 1, who: { person, isOwner }, ...said };
}

function session(key: string, kind: SpokenSession["kind"] = "dm", label: string | null = null): SpokenSession {
  return { key, kind, label, updatedAt: 1 };
}

function factsOf(all: readonly Spoken[], more = 0): AudienceFacts {
  const keys = [...new Set(all.map(({ sessionKey }) => sessionKey))];
  return { spoken: all, sessions: keys.map((key) => session(key, all.find(({ sessionKey, chatKind }) => sessionKey === key && chatKind !== "dm")?.chatKind ?? "dm")), more };
}

const MAIN = "agent:main:main";
const GROUP = "agent:main:telegram:group:-1";
const room = { chatKind: "group", chat: "-1" } as const;
const HOUSE: readonly Spoken[] = [
  spoken({ sessionKey: MAIN, channel: "telegram", senderId: "1", messages: 10 }, "Ann", true),
  spoken({ sessionKey: MAIN, channel: "webchat", senderId: "operator" }, null, true),
  spoken({ sessionKey: "agent:main:person:Bob", channel: "telegram", senderId: "2" }, "Bob"),
  spoken({ sessionKey: GROUP, channel: "telegram", senderId: "2", ...room }, "Bob"),
  spoken({ sessionKey: GROUP, channel: "telegram", senderId: "3", senderName: "Carla", ...room }),
  spoken({ sessionKey: "agent:main:telegram:dm:3", channel: "telegram", senderId: "3", senderName: "Carla" }),
  spoken({ sessionKey: "agent:main:telegram:dm:4", channel: "telegram", senderId: "4", senderName: "Dan" }),
  spoken({ sessionKey: "agent:main:telegram:dm:4", channel: "telegram", account: "work", senderId: "4", senderName: "Dan" }),
  spoken({ sessionKey: "agent:main:dm:5", channel: "telegram", senderId: "5", senderName: "Eve" }),
  spoken({ sessionKey: "agent:main:dm:5", channel: "signal", senderId: "5", senderName: "Fay" }),
];

test("a map has the people, the owner first, their accounts and the sessions, and marks what two humans share", () => {
  const map = buildMap(factsOf(HOUSE));
  assert.deepEqual(map.people.map(({ name, role }) => `${name} ${role}`), ["Ann owner", "Bob member", "Carla guest", "Dan guest", "Eve guest", "Fay guest"]);
  assert.deepEqual(map.identities.map(({ label }) => label), ["telegram:1", "webchat:operator", "telegram:2", "telegram:3", "telegram:4", "telegram/work:4", "telegram:5", "signal:5"]);
  assert.deepEqual(map.sessions.filter(({ shared }) => shared).map(({ key }) => key).sort(), ["agent:main:dm:5", GROUP]);
  assert.equal(map.sessions.find(({ key }) => key === MAIN)?.messages, 11);
  assert.deepEqual(map.memory, []);
  assert.equal(map.edges.filter(({ kind }) => kind === "has").length, map.identities.length);
});

test("two named owners are two people, and what both of them read is shared", () => {
  const map = buildMap(factsOf([...HOUSE, spoken({ sessionKey: MAIN, channel: "telegram", senderId: "9" }, "Gus", true)]));
  assert.deepEqual(map.people.filter(({ role }) => role === "owner").map(({ name }) => name), ["Ann", "Gus", "the owner"]);
  assert.equal(map.sessions.find(({ key }) => key === MAIN)?.people.length, 3);
});

test("the same facts in another order are the same map", () => {
  const facts = factsOf(HOUSE);
  const turned = { ...facts, spoken: facts.spoken.toReversed(), sessions: facts.sessions.toReversed() };
  assert.equal(drawMap(buildMap(turned)), drawMap(buildMap(facts)));
});

test("between two people: a session that both speak in, a room that both are in, the owner, or nothing", () => {
  const map = buildMap(factsOf(HOUSE));
  const kinds = (a: string, b: string): string[] => between(UNNAMED, map, a, b).paths.map(({ kind, reader, author }) => `${kind}: ${reader} reads ${author}`);
  assert.deepEqual(kinds("telegram:5", "signal:5"), ["session: Fay (signal:5) reads Eve (telegram:5)", "session: Eve (telegram:5) reads Fay (signal:5)"]);
  const group = between(UNNAMED, map, "Bob", "telegram:3");
  assert.deepEqual(group.paths.filter(({ reader }) => reader === "Bob").map(({ kind, session: key }) => [kind, key]), [["group", GROUP], ["group", undefined]]);
  assert.deepEqual(kinds("Bob", "ann"), ["owner: Ann reads Bob"]);
  assert.deepEqual(kinds("owner", "telegram:4"), ["owner: Ann reads Dan (telegram:4)"]);
  const nothing = between(UNNAMED, map, "Bob", "telegram/work:4");
  assert.equal(nothing.shares, false);
  assert.deepEqual(nothing.lines, [
    "Dan (telegram:4) cannot see what Bob said: they speak in no session and no room together.",
    "Bob cannot see what Dan (telegram:4) said: they speak in no session and no room together.",
    "Memory: there is none yet, so nothing passes through it.",
    "Tools: none reads across sessions yet.",
  ]);
});

test("two threads of one room are two sessions, and yet the room is read by all who are in it", () => {
  const topics = [spoken({ sessionKey: `${GROUP}:topic:1`, channel: "telegram", senderId: "2", ...room, thread: "1" }, "Bob"), spoken({ sessionKey: `${GROUP}:topic:2`, channel: "telegram", senderId: "3", ...room, thread: "2" })];
  const found = between(UNNAMED, buildMap(factsOf(topics)), "Bob", "telegram:3");
  assert.deepEqual(found.paths.map(({ kind, session: key }) => [kind, key]), [["group", undefined], ["group", undefined]]);
  assert.match(found.lines[0] ?? "", /can see what Bob said, in the room telegram:-1 itself, where both write and read\.$/);
});

test("names that mean nobody, or several, are refused, and a guest's own name means nobody", () => {
  const map = buildMap(factsOf([...HOUSE, spoken({ sessionKey: "agent:main:telegram:dm:6", channel: "telegram", senderId: "6", senderName: "Ann" })]));
  assert.throws(() => between(UNNAMED, map, "Carla", "Bob"), { code: "PEOPLE_UNKNOWN" });
  assert.throws(() => between(UNNAMED, map, "nobody\u0007", "Bob"), { code: "PEOPLE_UNKNOWN", message: 'Nobody who has spoken here is "nobody".' });
  assert.match(between(UNNAMED, map, "Ann", "telegram:6").lines.join("\n"), /Ann can see what Ann \(telegram:6\) said, as the owner/);
  assert.deepEqual(between(UNNAMED, map, "telegram:1", "webchat:operator").lines, ["telegram:1 and webchat:operator are one and the same: Ann."]);
  const owners = buildMap(factsOf([...HOUSE, spoken({ sessionKey: MAIN, channel: "telegram", senderId: "9" }, "Gus", true)]));
  assert.throws(() => between(UNNAMED, owners, "owner", "Bob"), { code: "REQUEST_INVALID" });
});

const HOSTILE = ['</text></svg><script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "]]><!--", "&lt;b&gt;", "'--></style><style>*{}", "\u0000\u0008\ud800\uffff", "\u202egnp.exe", "a\u0300".repeat(300), "é".repeat(2_000), `z${"\u0301".repeat(400)}`, " ", "%s${x}"];

test("a hostile name, id or label is text in the picture and nothing else", () => {
  const all = HOSTILE.flatMap((name, n) => [
    spoken({ sessionKey: `agent:main:${name}`, channel: name, account: name, senderId: name, senderName: name }, n % 2 === 0 ? name : null),
    spoken({ sessionKey: MAIN, channel: "telegram", senderId: name, senderName: name, ...room, chat: name }),
  ]);
  const facts = factsOf(all);
  const svg = drawMap(buildMap({ ...facts, sessions: facts.sessions.map((one, n) => ({ ...one, label: HOSTILE[n % HOSTILE.length] ?? null })) }));
  const tags = new Set([...svg.matchAll(/<\/?([^\s>/]*)/g)].map(([, tag]) => tag));
  assert.deepEqual([...tags].sort(), ["g", "path", "rect", "style", "svg", "text", "title", "tspan"]);
  assert.doesNotMatch(svg, / on\w+="|href|url\(|@import/);
  // oxlint-disable-next-line no-control-regex -- what XML forbids
  assert.doesNotMatch(svg, /[\u0000-\u0009\u000b-\u001f\ud800-\udfff\ufffe\uffff\u202e]/u);
  assert.doesNotMatch(svg.replace(/&(?:amp|lt|gt|quot|#39);/g, ""), /&/);
  const opened = [...svg.matchAll(/<(g|svg|text|title|style|tspan)[\s>]/g)].length;
  assert.equal([...svg.matchAll(/<\/(g|svg|text|title|style|tspan)>/g)].length, opened);
});

test("a picture is bounded: shared sessions are drawn first, and it says how many more there are", () => {
  const many = Array.from({ length: 500 }, (_, n) => spoken({ sessionKey: `agent:main:telegram:dm:${n}`, channel: "telegram", senderId: String(n) }));
  const shared = ["a", "b"].map((senderId) => spoken({ sessionKey: "agent:main:zzz", channel: "telegram", senderId }));
  const map = buildMap(factsOf([...many, ...shared], 1_234));
  const layout = layOut(map, 60);
  assert.deepEqual([layout.sessions.length, layout.hidden.sessions], [60, 1_234 + 441]);
  assert.ok(layout.sessions.some(({ item }) => item.key === "agent:main:zzz"));
  const svg = drawMap(map);
  assert.match(svg, />1,675 more sessions, 441 more accounts not shown</);
  assert.ok(svg.length < 150_000, String(svg.length));
  for (const column of [layout.people, layout.identities, layout.sessions]) {
    const boxes = [...column].sort((a, b) => a.y - b.y);
    assert.ok(boxes.every(({ y, height }, index) => index === 0 || y >= (boxes[index - 1]?.y ?? 0) + (boxes[index - 1]?.height ?? height)), "boxes overlap");
  }
});

test("a house in which nobody has spoken has a picture too", () => {
  assert.match(drawMap(buildMap({ spoken: [], sessions: [], more: 0 })), /Nobody has spoken yet\./);
});

const NOW = Date.parse("2026-11-21T10:00:00Z");
const people: AudiencePeople = { ...UNNAMED, whoIs: compileRouting({ session: { owner: ["telegram:1"], identityLinks: { Bob: ["telegram:2", "signal:2"] } } }).people.whoIs };

async function speaks(store: Store, key: string, channel: string, senderId: string, at: number): Promise<void> {
  await store.run(insertSession, { key, agent_id: "main", session_id: key, chat_kind: "dm", channel, display_name: `of ${senderId}`, audience: "x", created_at: at, updated_at: at, interaction_at: at, last_route: null, dock: null }).catch(() => 0);
  await store.run(upsertParticipant, { session_key: key, channel, account: "default", chat: senderId, thread: null, thread_key: "", sender_id: senderId, sender_name: null, chat_kind: "dm", explicit: 0, place: null, messages: 2, last_at: at, canary: null, language: null });
}

test("the store is read a page of sessions at a time, or by a session, or by a person through all their accounts", async () => {
  const directory = mkdtempSync(join(tmpdir(), "continuo-audience-"));
  const store = await storeIn(directory);
  try {
    await speaks(store, MAIN, "telegram", "1", NOW);
    await speaks(store, MAIN, "webchat", "operator", NOW);
    await speaks(store, "agent:main:person:Bob", "telegram", "2", NOW + 1);
    await speaks(store, "agent:main:old", "signal", "2", NOW - 1);
    await speaks(store, "agent:main:telegram:dm:3", "telegram", "3", NOW + 2);
    const keys = async (filters: Partial<Parameters<typeof readAudience>[2]>) => {
      const facts = await readAudience(store, people, { session: null, people: [], limit: 60, ...filters });
      return [facts.sessions.map(({ key }) => key), facts.more];
    };
    assert.deepEqual(await keys({}), [["agent:main:telegram:dm:3", "agent:main:person:Bob", MAIN, "agent:main:old"], 0]);
    assert.deepEqual(await keys({ limit: 1 }), [["agent:main:telegram:dm:3"], 3]);
    assert.deepEqual(await keys({ session: MAIN }), [[MAIN], 0]);
    assert.deepEqual(await keys({ people: ["bob"] }), [["agent:main:person:Bob", "agent:main:old"], 0]);
    assert.deepEqual(await keys({ people: ["telegram:2"], limit: 1 }), [["agent:main:person:Bob"], 1]);
    assert.deepEqual(await keys({ people: ["owner"] }), [[MAIN], 0]);
    assert.deepEqual(await keys({ people: ["nobody"] }), [[], 0]);
    const called = (name: string) => readAudience(store, { whoIs: people.whoIs, spell: (typed) => (typed.toLowerCase() === name ? name : null) }, { session: null, people: ["Owner"], limit: 60 });
    assert.deepEqual((await called("owner")).sessions, [], "who is called so goes before what the owner is called");
    assert.deepEqual((await called("ann")).sessions.map(({ key }) => key), [MAIN]);
    const map = buildMap(await readAudience(store, people, { session: null, people: [], limit: 60 }));
    assert.deepEqual(map.people.map(({ name, role }) => [name, role]), [["the owner", "owner"], ["Bob", "member"], ["telegram:3", "guest"]]);
    assert.equal(map.sessions.find(({ key }) => key === MAIN)?.messages, 4);
  } finally {
    await store.close();
    await removeStateDir(directory);
  }
});
