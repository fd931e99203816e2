/** Keys and agents as the specification lists them, written by hand: nothing here is computed from the code. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { replayRoute, resolveRoute, type DmScope, type RoutingMessage, type RoutingSource } from "../../src/routing/index.ts";

type Session = NonNullable<RoutingSource["session"]>;
type Bindings = NonNullable<RoutingSource["bindings"]>;

function keyOf(config: RoutingSource, message: RoutingMessage): string {
  const { sessionKey, why } = resolveRoute(config, message);
  assert.equal(replayRoute(why, config, message), sessionKey, "the explanation leads to the same key");
  return sessionKey;
}

const typed = (sessionKey: string, config: RoutingSource = {}): string => keyOf(config, { channel: "terminal", sessionKey });

/** Says what it tries in a table, with what cannot be seen spelled out. */
const shown = (value: unknown): string => JSON.stringify(value).replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);

const people: Session["identityLinks"] = { Ann: ["telegram:111", "discord:222"], Olga: ["telegram:777", "discord:888"] };

/** Stranger 42, linked Ann, the owner Olga; on the channel's own account and on the second one. */
const DM_ROWS: readonly (readonly [scope: DmScope, sender: string, account: string, key: string])[] = [
  ["auto", "42", "default", "agent:main:telegram:dm:42"],
  ["auto", "42", "work", "agent:main:telegram:dm:42"],
  ["auto", "111", "default", "agent:main:person:Ann"],
  ["auto", "111", "work", "agent:main:person:Ann"],
  ["auto", "777", "default", "agent:main:main"],
  ["auto", "777", "work", "agent:main:main"],
  ["main", "42", "default", "agent:main:main"],
  ["main", "42", "work", "agent:main:main"],
  ["main", "111", "default", "agent:main:main"],
  ["main", "111", "work", "agent:main:main"],
  ["main", "777", "default", "agent:main:main"],
  ["main", "777", "work", "agent:main:main"],
  ["per-peer", "42", "default", "agent:main:dm:42"],
  ["per-peer", "42", "work", "agent:main:dm:42"],
  ["per-peer", "111", "default", "agent:main:person:Ann"],
  ["per-peer", "111", "work", "agent:main:person:Ann"],
  ["per-peer", "777", "default", "agent:main:person:Olga"],
  ["per-peer", "777", "work", "agent:main:person:Olga"],
  ["per-channel-peer", "42", "default", "agent:main:telegram:dm:42"],
  ["per-channel-peer", "42", "work", "agent:main:telegram:dm:42"],
  ["per-channel-peer", "111", "default", "agent:main:person:Ann"],
  ["per-channel-peer", "111", "work", "agent:main:person:Ann"],
  ["per-channel-peer", "777", "default", "agent:main:person:Olga"],
  ["per-channel-peer", "777", "work", "agent:main:person:Olga"],
  ["per-account-channel-peer", "42", "default", "agent:main:telegram:default:dm:42"],
  ["per-account-channel-peer", "42", "work", "agent:main:telegram:work:dm:42"],
  ["per-account-channel-peer", "111", "default", "agent:main:person:Ann"],
  ["per-account-channel-peer", "111", "work", "agent:main:person:Ann"],
  ["per-account-channel-peer", "777", "default", "agent:main:person:Olga"],
  ["per-account-channel-peer", "777", "work", "agent:main:person:Olga"],
];

describe("direct messages by scope (spec 2.4 with A1 and A3)", () => {
  for (const [dmScope, sender, account, key] of DM_ROWS) {
    const config: RoutingSource = { session: { dmScope, owner: "Olga", identityLinks: people } };
    test(`${dmScope}: telegram ${sender} on ${account} is ${key}`, () => assert.equal(keyOf(config, { channel: "telegram", account, sender }), key));
  }

  test("a linked person's second channel leads to the same session", () => {
    for (const dmScope of ["auto", "per-peer", "per-channel-peer", "per-account-channel-peer"] as const) {
      assert.equal(keyOf({ session: { dmScope, identityLinks: people } }, { channel: "discord", sender: "222" }), "agent:main:person:Ann", dmScope);
    }
  });

  test("per-peer is literal: one number on two channels is one session (A4)", () => {
    const keys = ["telegram", "discord"].map((channel) => keyOf({ session: { dmScope: "per-peer" } }, { channel, sender: 42 }));
    assert.deepEqual(keys, ["agent:main:dm:42", "agent:main:dm:42"]);
  });
});

const VERBATIM = [
  ...["agent:main:telegram:dm:123456789", "agent:main:telegram:group:-1001234567890", "agent:main:telegram:group:-1001234567890:topic:42"],
  ...["agent:coder:discord:dm:user#1234", "agent:main:subagent:a1b2c3d4", "agent:coder:main", "agent:main:main"],
  ...["agent:main:person:Ann", "agent:main:dm:42", "agent:main:whatsapp:biz:dm:+15551234567", "agent:main:slack:channel:C1:thread:17.5"],
  ...["agent:main:cron:daily:run:s1", "agent:main:hook:u1", "agent:main:openai-user:ann", "global"],
];

const TYPED: readonly (readonly [typed: string, key: string])[] = [
  ["agent:main:telegram:direct:123456789", "agent:main:telegram:dm:123456789"],
  ["agent:main:direct:123456789", "agent:main:dm:123456789"],
  ["agent:main:whatsapp:biz:direct:+1555", "agent:main:whatsapp:biz:dm:+1555"],
  ["agent:main:telegram:dm:direct", "agent:main:telegram:dm:direct"],
  ["AGENT:Coder:discord:dm:user#1234", "agent:coder:discord:dm:user#1234"],
  ["  agent:main:main  ", "agent:main:main"],
  ["main", "agent:main:main"],
  ["MAIN", "agent:main:main"],
  ["GLOBAL", "global"],
  ["telegram:dm:5", "agent:main:telegram:dm:5"],
  ["agent:main:discord:dm:userA", "agent:main:discord:dm:userA"],
  ["agent:main:matrix:dm:@bob:hs.org", "agent:main:matrix:dm:@bob%3Ahs.org"],
  ["agent:main:matrix:group:!room:server.org", "agent:main:matrix:group:!room%3Aserver.org"],
  ["agent:main:matrix:channel:!room:server.org:thread:$x", "agent:main:matrix:channel:!room%3Aserver.org:thread:$x"],
  ["agent:main::telegram:dm:5", "agent:main:telegram:dm:5"],
];

describe("keys as they are written (spec 2.1)", () => {
  for (const key of VERBATIM) test(`${key} is read as it is`, () => assert.equal(typed(key), key));
  for (const [text, key] of TYPED) test(`${shown(text)} is read as ${key}`, () => assert.equal(typed(text), key));

  test("and they are what messages make", () => {
    const config: RoutingSource = { session: { dmScope: "per-channel-peer" }, bindings: [{ agentId: "coder", match: { channel: "discord" } }] };
    const messages: RoutingMessage[] = [{ channel: "telegram", sender: 123456789 }, { channel: "telegram", kind: "group", chat: -1001234567890 }];
    messages.push({ channel: "telegram", kind: "group", chat: -1001234567890, thread: 42 }, { channel: "discord", sender: "user#1234" }, { channel: "webchat" });
    assert.deepEqual(messages.map((message) => keyOf(config, message)), [...VERBATIM.slice(0, 4), "agent:main:main"]);
  });
});

const LINKS: readonly (readonly [name: string, links: Session["identityLinks"], channel: string, sender: string, rest: string])[] = [
  ["a name with a list", { Ann: ["telegram:1", "discord:2"] }, "telegram", "1", "person:Ann"],
  ["its second entry", { Ann: ["telegram:1", "discord:2"] }, "discord", "2", "person:Ann"],
  ["the same id on another channel is somebody else", { Ann: ["telegram:1"] }, "discord", "1", "discord:dm:1"],
  ["a longer id is somebody else", { Ann: ["telegram:1"] }, "telegram", "11", "telegram:dm:11"],
  ["an entry's edges and its channel's case do not count", { Ann: [" Telegram:1 "] }, "telegram", "1", "person:Ann"],
  ["an id with a name", { "telegram:5": "John" }, "telegram", "5", "person:John"],
  ["with a label that is the name", { "telegram:123456789:John": "John" }, "telegram", "123456789", "person:John"],
  ["with a label on WhatsApp", { "whatsapp:+1234567890:John": "John" }, "whatsapp", "+1234567890", "person:John"],
  ["with a label on Discord", { "discord:123456789#1234:John": "John" }, "discord", "123456789#1234", "person:John"],
  ["with a label in another case", { "telegram:5:JOHN": "John" }, "telegram", "5", "person:John"],
  ["with a label that is another word", { "telegram:5:Johnny": "John" }, "telegram", "5", "person:John"],
  ["a Matrix id is no label", { "matrix:@bob:hs.org": "Bob" }, "matrix", "@bob:hs.org", "person:Bob"],
  ["a Matrix id is not cut", { "matrix:@bob:hs.org": "Bob" }, "matrix", "@bob", "matrix:dm:@bob"],
  ["a Matrix id with a label", { "matrix:@bob:hs.org:Bob": "Bob" }, "matrix", "@bob:hs.org", "person:Bob"],
  ["a Matrix id in a list", { Bob: ["matrix:@bob:hs.org"] }, "matrix", "@bob:hs.org", "person:Bob"],
  ["both shapes in one object: the list", { Ann: ["telegram:1"], "discord:2:Ann": "Ann" }, "telegram", "1", "person:Ann"],
  ["both shapes in one object: the label", { Ann: ["telegram:1"], "discord:2:Ann": "Ann" }, "discord", "2", "person:Ann"],
  ["a bare id is that id on every channel", { Ann: ["42"] }, "signal", "42", "person:Ann"],
  ["two names for one id: the first wins", { Ann: ["telegram:1"], Bob: ["telegram:1"] }, "telegram", "1", "person:Ann"],
  ["in the file's order", { Bob: ["telegram:1"], Ann: ["telegram:1"] }, "telegram", "1", "person:Bob"],
  ["the first shape may come second", { "telegram:1": "Bob", Ann: ["telegram:1"] }, "telegram", "1", "person:Bob"],
  ["an inbound id may repeat its channel", { Ann: ["telegram:42"] }, "telegram", "telegram:42", "person:Ann"],
  ["an inbound id may say user", { Ann: ["telegram:42"] }, "telegram", "user:42", "person:Ann"],
  ["ids are compared with their case (A15)", { Ann: ["slack:U1"] }, "slack", "u1", "slack:dm:u1"],
  ["names are compared without it (A15)", { John: ["telegram:1"], john: ["discord:2"] }, "discord", "2", "person:John"],
  ["names are trimmed", { " John ": ["telegram:1"] }, "telegram", "1", "person:John"],
  ["names are compared in one Unicode form", { "Zo\u00eb": ["telegram:1"], "Zoe\u0308": ["discord:2"] }, "discord", "2", "person:Zo\u00eb"],
  ["an empty name is none", { " ": ["telegram:1"] }, "telegram", "1", "telegram:dm:1"],
  ["an empty name behind an id is none", { "telegram:1": " " }, "telegram", "1", "telegram:dm:1"],
  ["a name is one segment", { "A:B": ["telegram:1"] }, "telegram", "1", "person:A%3AB"],
  ["a missing id is linked to nobody", { Ann: ["telegram:", ""] }, "telegram", "", "telegram:dm:unknown"],
];

describe("linked identities (spec 2.5 with A3 and A15)", () => {
  for (const [name, identityLinks, channel, sender, rest] of LINKS) {
    test(name, () => assert.equal(keyOf({ session: { dmScope: "per-channel-peer", identityLinks } }, { channel, sender }), `agent:main:${rest}`));
  }

  test("links do not hold in rooms", () => {
    assert.equal(keyOf({ session: { identityLinks: people } }, { channel: "telegram", kind: "group", chat: "111", sender: "111" }), "agent:main:telegram:group:111");
  });
});

/** Best level first; each sets what no other level sets. */
const LEVELS: readonly (readonly [setBy: string, dmScope: DmScope, key: string])[] = [
  ["bindings[0].session.dmScope", "per-account-channel-peer", "agent:main:telegram:work:dm:5"],
  ["channels.telegram.accounts.work.dmScope", "per-peer", "agent:main:dm:5"],
  ["channels.telegram.dmScope", "main", "agent:main:main"],
  ["session.dmScope", "per-channel-peer", "agent:main:telegram:dm:5"],
];

describe("where the scope is read from (spec 2.3)", () => {
  for (let set = 0; set < 16; set++) {
    const at = (level: number): DmScope | undefined => (set & (1 << level) ? LEVELS[level]?.[1] : undefined);
    const config: RoutingSource = {
      bindings: [{ agentId: "main", match: { channel: "telegram", accountId: "work" }, session: { dmScope: at(0) } }],
      channels: { telegram: { dmScope: at(2), accounts: { work: { dmScope: at(1) } } } },
      session: { dmScope: at(3) },
    };
    const best = LEVELS.find((_, level) => at(level) !== undefined) ?? (["default", "auto", "agent:main:telegram:dm:5"] as const);
    const others = LEVELS.filter((level, index) => at(index) !== undefined && level !== best).map(([setBy]) => setBy);
    test(`${best[0]} decides${others.length ? ` before ${others.join(", ")}` : ""}`, () => {
      const message: RoutingMessage = { channel: "telegram", account: "work", sender: "5" };
      assert.deepEqual(resolveRoute(config, message).why.scope, { value: best[1], setBy: best[0] });
      assert.equal(keyOf(config, message), best[2]);
    });
  }

  const room: RoutingMessage = { channel: "telegram", kind: "group", chat: "-7", sender: "5" };
  const bound = (groupScope: "main" | "per-group", session: Session = {}): RoutingSource => ({ session, bindings: [{ agentId: "main", match: { channel: "telegram" }, session: { groupScope } }] });
  const ROOMS: readonly (readonly [name: string, config: RoutingSource, message: RoutingMessage, key: string])[] = [
    ["a group is apart", {}, room, "agent:main:telegram:group:-7"],
    ["a group is apart also where direct messages are not", { session: { dmScope: "main" } }, room, "agent:main:telegram:group:-7"],
    ["groups may share the main session", { session: { groupScope: "main" } }, room, "agent:main:main"],
    ["a binding may say so for its own", bound("main"), room, "agent:main:main"],
    ["a binding may except its own", bound("per-group", { groupScope: "main" }), room, "agent:main:telegram:group:-7"],
    ["and touches no other channel", bound("main"), { ...room, channel: "discord" }, "agent:main:discord:group:-7"],
    ["nor direct messages", bound("main"), { channel: "telegram", sender: "5" }, "agent:main:telegram:dm:5"],
    ["one session for everything: a direct message", { session: { scope: "global", dmScope: "per-peer" } }, { channel: "telegram", sender: "5" }, "global"],
    ["one session for everything: a group", { session: { scope: "global", groupScope: "per-group" } }, room, "global"],
    ["one session for everything: the page", { session: { scope: "global" } }, { channel: "webchat" }, "global"],
    ["one session for everything, whatever a binding says", bound("per-group", { scope: "global" }), room, "global"],
  ];
  for (const [name, config, message, key] of ROOMS) test(name, () => assert.equal(keyOf(config, message), key));
});

const SCOPES = ["auto", "main", "per-peer", "per-channel-peer", "per-account-channel-peer"] as const;

/** A source under each scope, in the order above; one key where the scope makes no difference. */
const SOURCES: readonly (readonly [name: string, message: RoutingMessage, reset: string, rests: string | readonly [string, string, string, string, string]])[] = [
  ["a direct message", { channel: "telegram", sender: 5 }, "direct", ["telegram:dm:5", "main", "dm:5", "telegram:dm:5", "telegram:default:dm:5"]],
  ["a direct message without a sender", { channel: "telegram" }, "direct", ["telegram:dm:unknown", "main", "dm:unknown", "telegram:dm:unknown", "telegram:default:dm:unknown"]],
  ["a Telegram topic in a direct chat", { channel: "telegram", sender: 5, thread: 9 }, "thread", ["telegram:dm:5:thread:5:9", "main:thread:5:9", "dm:5:thread:5:9", "telegram:dm:5:thread:5:9", "telegram:default:dm:5:thread:5:9"]],
  ["a thread in a direct chat elsewhere, which says where (A2)", { channel: "slack", sender: "U1", thread: "9" }, "thread", ["slack:dm:U1:thread:U1:9", "main:thread:slack:default:U1:9", "dm:U1:thread:slack:default:U1:9", "slack:dm:U1:thread:U1:9", "slack:default:dm:U1:thread:U1:9"]],
  ["a Telegram topic on our second account (A2)", { channel: "telegram", account: "work", sender: 5, thread: 9 }, "thread", ["telegram:dm:5:thread:work:5:9", "main:thread:telegram:work:5:9", "dm:5:thread:telegram:work:5:9", "telegram:dm:5:thread:work:5:9", "telegram:work:dm:5:thread:5:9"]],
  ["a group", { channel: "telegram", kind: "group", chat: -1001, sender: 5 }, "group", "telegram:group:-1001"],
  ["a group on our second account", { channel: "telegram", account: "work", kind: "group", chat: -1001 }, "group", "telegram:work:group:-1001"],
  ["a group without an id", { channel: "telegram", kind: "group" }, "group", "telegram:group:unknown"],
  ["a room", { channel: "slack", kind: "channel", chat: "C1", sender: "U1" }, "group", "slack:channel:C1"],
  ["a Telegram forum topic", { channel: "telegram", kind: "group", chat: -1001, thread: 42 }, "thread", "telegram:group:-1001:topic:42"],
  ["the forum's General topic", { channel: "telegram", kind: "group", chat: -1001, thread: 1 }, "thread", "telegram:group:-1001:topic:1"],
  ["a thread", { channel: "slack", kind: "channel", chat: "C1", thread: "17.5" }, "thread", "slack:channel:C1:thread:17.5"],
  ["a thread of a group, with its case (A2)", { channel: "matrix", kind: "group", chat: "!r:hs", thread: "$Ab" }, "thread", "matrix:group:!r%3Ahs:thread:$Ab"],
  ["the web page", { channel: "webchat", sender: "x" }, "direct", "main"],
  ["the terminal", { channel: "terminal" }, "direct", "main"],
  ["the page with a session of its choice", { channel: "webchat", sessionKey: "agent:main:telegram:group:-1001:topic:42" }, "thread", "telegram:group:-1001:topic:42"],
];

describe("every kind of chat under every scope (spec 2.7)", () => {
  for (const [name, message, reset, rests] of SOURCES) {
    SCOPES.forEach((dmScope, index) => {
      const key = `agent:main:${typeof rests === "string" ? rests : rests[index]}`;
      test(`${name} under ${dmScope} is ${key}`, () => {
        assert.equal(keyOf({ session: { dmScope } }, message), key);
        assert.equal(resolveRoute({ session: { dmScope } }, message).resetType, reset);
      });
    });
  }

  test("an agent's page is that agent's main session", () => assert.equal(keyOf({}, { channel: "terminal", agentId: "Ops" }), "agent:ops:main"));
});

const MAIN_KEYS: readonly (readonly [name: string, mainKey: string, message: RoutingMessage, key: string])[] = [
  ["is the page's", "home", { channel: "webchat" }, "agent:main:home"],
  ["is the owner's", "home", { channel: "telegram", sender: 1 }, "agent:main:home"],
  ["is trimmed and in lower case", " Home ", { channel: "webchat" }, "agent:main:home"],
  ["is main where it is blank", " ", { channel: "webchat" }, "agent:main:main"],
  ["is what main means", "home", { channel: "terminal", sessionKey: "main" }, "agent:main:home"],
  ["is what an agent's main means", "home", { channel: "terminal", sessionKey: "agent:ops:Main" }, "agent:ops:home"],
  ["is what its own name means", "home", { channel: "terminal", sessionKey: "HOME" }, "agent:main:home"],
  ["is one segment", "a:b", { channel: "webchat" }, "agent:main:a%3Ab"],
  ["does not pose as a form", "dm", { channel: "webchat" }, "agent:main:%64m"],
  ["is not taken by a channel of its name", "discord", { channel: "discord", sender: 5 }, "agent:main:%64iscord:dm:5"],
  ["is not taken by a channel called main", "home", { channel: "main", sender: 5 }, "agent:main:%6Dain:dm:5"],
];

describe("the main session's name (session.mainKey)", () => {
  for (const [name, mainKey, message, key] of MAIN_KEYS) test(`${shown(mainKey)} ${name}`, () => assert.equal(keyOf({ session: { mainKey, owner: "telegram:1" } }, message), key));
});

/** Two ids that sloppy keys join, and what `per-channel-peer` makes of them. */
const APART: readonly (readonly [name: string, one: string, rest: string, other: string, otherRest: string])[] = [
  ["case", "userA", "userA", "usera", "usera"],
  ["a colon and an underscore", "a:b", "a%3Ab", "a_b", "a_b"],
  ["a colon and its encoding", "a:b", "a%3Ab", "a%3Ab", "a%253Ab"],
  ["a colon and none", "a:b", "a%3Ab", "ab", "ab"],
  ["two colons and one", "a::b", "a%3A%3Ab", "a:b", "a%3Ab"],
  ["composed and decomposed letters", "\u00e9", "\u00e9", "e\u0301", "e\u0301"],
  ["wide and plain letters", "\uff21", "\uff21", "A", "A"],
  ["space at the edge", " a", "%20a", "a", "a"],
  ["no id and the word for it", "", "unknown", "unknown", "%75nknown"],
  ["the word for it and its encoding", "unknown", "%75nknown", "%75nknown", "%2575nknown"],
  ["dm and direct as ids", "dm", "dm", "direct", "direct"],
  ["what looks like a thread", "5:thread:5:9", "5%3Athread%3A5%3A9", "5", "5"],
];

describe("P10 ids are opaque (A2)", () => {
  for (const [name, one, rest, other, otherRest] of APART) {
    test(`${name}: ${shown(one)} is not ${shown(other)}`, () => {
      const keys = (dmScope: DmScope) => [one, other].map((sender) => keyOf({ session: { dmScope } }, { channel: "x", sender }));
      assert.deepEqual(keys("per-channel-peer"), [`agent:main:x:dm:${rest}`, `agent:main:x:dm:${otherRest}`]);
      for (const scope of ["auto", "per-peer", "per-account-channel-peer"] as const) assert.equal(new Set(keys(scope)).size, 2, scope);
      const rooms = [one, other].map((chat) => keyOf({}, { channel: "x", kind: "group", chat }));
      assert.deepEqual(rooms, [`agent:main:x:group:${rest}`, `agent:main:x:group:${otherRest}`]);
    });
  }

  test("P10 an id like a person's name is not that person", () => {
    for (const dmScope of ["auto", "per-peer", "per-channel-peer", "per-account-channel-peer"] as const) {
      const of = (channel: string, sender: string) => keyOf({ session: { dmScope, identityLinks: people } }, { channel, sender });
      assert.notEqual(of("telegram", "Ann"), of("telegram", "111"), dmScope);
      assert.notEqual(of("person", "Ann"), of("telegram", "111"), dmScope);
    }
  });

  test("P10 an id is not what it would be with a thread", () => {
    const config: RoutingSource = { session: { dmScope: "per-channel-peer" } };
    assert.notEqual(keyOf(config, { channel: "telegram", sender: "5:thread:5:9" }), keyOf(config, { channel: "telegram", sender: "5", thread: 9 }));
  });

  test("P10 the two ids that WhatsApp has for one contact are one session, once they are linked", () => {
    const config: RoutingSource = { session: { identityLinks: { Ann: ["whatsapp:+15551234567", "whatsapp:987654321@lid"] } } };
    for (const sender of ["+15551234567", "987654321@lid"]) assert.equal(keyOf(config, { channel: "whatsapp", sender }), "agent:main:person:Ann");
    assert.equal(keyOf(config, { channel: "whatsapp", sender: "5@lid" }), "agent:main:whatsapp:dm:5@lid");
  });
});

/** A message that every tier of `CHAIN` takes. */
const fitsAll: RoutingMessage = { channel: "discord", account: "b", kind: "channel", chat: "X", thread: "t", parentChat: "P", guildId: "G", teamId: "T", roles: ["r1", "r9"], sender: "5" };

const CHAIN: readonly (readonly [by: string, match: Omit<Bindings[number]["match"], "channel">])[] = [
  ["binding.peer", { accountId: "*", peer: { kind: "channel", id: "X:thread:t" } }],
  ["binding.peer.parent", { accountId: "*", peer: { kind: "channel", id: "X" } }],
  ["binding.peer.wildcard", { accountId: "*", peer: { kind: "group", id: "*" } }],
  ["binding.guild+roles", { accountId: "*", guildId: "G", roles: ["r1", "r2"] }],
  ["binding.guild", { accountId: "*", guildId: "G" }],
  ["binding.team", { accountId: "*", teamId: "T" }],
  ["binding.account", { accountId: "b" }],
  ["binding.channel", { accountId: "*" }],
];

const chosen = (config: RoutingSource, message: RoutingMessage): readonly [agent: string, by: string] => [resolveRoute(config, message).agentId, resolveRoute(config, message).why.agent.matchedBy];

const binding = (agentId: string, match: Omit<Bindings[number]["match"], "channel">): Bindings[number] => ({ agentId, match: { channel: "discord", ...match } });

describe("which agent (spec 2.6)", () => {
  const agents = { list: [{ id: "none", default: true }, ...CHAIN.map((_, tier) => ({ id: `t${tier}` })), ...["first", "second", "entry", "own"].map((id) => ({ id }))] };
  const channels: RoutingSource["channels"] = { discord: { routing: [{ agent: "entry" }], accounts: { b: { routing: [{ agent: "own" }] } } } };

  CHAIN.forEach(([by, match], tier) => {
    test(`${by} beats every tier below it, wherever they stand in the file`, () => {
      const left = CHAIN.slice(tier).map(([, each], index) => binding(`t${tier + index}`, each));
      assert.deepEqual(chosen({ agents, channels, bindings: left }, fitsAll), [`t${tier}`, by]);
      assert.deepEqual(chosen({ agents, channels, bindings: left.toReversed() }, fitsAll), [`t${tier}`, by]);
    });

    test(`${by}: the first in the file wins`, () => {
      assert.deepEqual(chosen({ agents, bindings: [binding("first", match), binding("second", match)] }, fitsAll), ["first", by]);
      assert.deepEqual(chosen({ agents, bindings: [binding("second", match), binding("first", match)] }, fitsAll), ["second", by]);
    });

    test(`${by}: an agent that is not there is the default one`, () => {
      assert.deepEqual(chosen({ agents, bindings: [binding("ghost", match)] }, fitsAll), ["none", by]);
      assert.equal(chosen({ bindings: [binding("Ghost", match)] }, fitsAll)[0], "ghost", "where no agent is listed, each is there");
    });

    test(`${by}: another channel's binding is not looked at`, () => {
      assert.deepEqual(chosen({ agents, bindings: [{ agentId: "first", match: { ...match, channel: "slack" } }] }, fitsAll), ["none", "default"]);
    });
  });

  test("the account's routing beats the channel's, and both the default agent", () => {
    assert.deepEqual(chosen({ agents, channels }, fitsAll), ["own", "channel.routing"]);
    assert.deepEqual(chosen({ agents, channels }, { ...fitsAll, account: "c" }), ["entry", "channel.routing"]);
    assert.deepEqual(chosen({ agents, channels: {} }, fitsAll), ["none", "default"]);
  });

  test("the room that the platform names as a parent binds too", () => {
    assert.deepEqual(chosen({ agents, bindings: [binding("first", { accountId: "*", peer: { kind: "channel", id: "P" } })] }, fitsAll), ["first", "binding.peer.parent"]);
  });
});

const ALL = { accountId: "b", peer: { kind: "channel", id: "X" }, guildId: "G", teamId: "T", roles: ["r1", "r2"] } as const;
const exact: RoutingMessage = { ...fitsAll, thread: null };
const every = (match: Omit<Bindings[number]["match"], "channel">): RoutingSource => ({ bindings: [binding("a", match)] });
const entry = (fields: object): RoutingSource => ({ channels: { discord: { routing: [{ agent: "a", ...fields }] } } });

const FIELDS: readonly (readonly [name: string, config: RoutingSource, message: RoutingMessage, agent: "a" | "main"])[] = [
  ["all fields hold", every(ALL), exact, "a"],
  ["another account", every(ALL), { ...exact, account: "c" }, "main"],
  ["another chat", every(ALL), { ...exact, chat: "Y" }, "main"],
  ["another server", every(ALL), { ...exact, guildId: "H" }, "main"],
  ["no server", every(ALL), { ...exact, guildId: null }, "main"],
  ["another workspace", every(ALL), { ...exact, teamId: "U" }, "main"],
  ["none of the roles", every(ALL), { ...exact, roles: ["r3"] }, "main"],
  ["one of the roles", every(ALL), { ...exact, roles: ["r3", "r2"] }, "a"],
  ["a direct message from that id", every(ALL), { ...exact, kind: "dm", sender: "X" }, "main"],
  ["group and channel are one kind", every(ALL), { ...exact, kind: "group" }, "a"],
  ["dm and direct are one kind", every({ accountId: "*", peer: { kind: "direct", id: 5 } }), { channel: "discord", kind: "dm", sender: "5" }, "a"],
  ["direct and dm are one kind", every({ accountId: "*", peer: { kind: "dm", id: "5" } }), { channel: "discord", kind: "direct", sender: 5 }, "a"],
  ["a peer's case counts (A2)", every({ accountId: "*", peer: { kind: "dm", id: "U1" } }), { channel: "discord", sender: "u1" }, "main"],
  ["any direct message", every({ accountId: "*", peer: { kind: "dm", id: "*" } }), exact, "main"],
  ["a peer without an id is nobody's", every({ accountId: "*", peer: { kind: "dm", id: "" } }), { channel: "discord", sender: "" }, "main"],
  ["without an account: the default one", every({}), { channel: "discord", sender: 1 }, "a"],
  ["without an account: no other", every({}), { channel: "discord", account: "b", sender: 1 }, "main"],
  ["without an account: the channel's own default", { ...every({}), channels: { discord: { defaultAccount: "b" } } }, { channel: "discord", account: "b", sender: 1 }, "a"],
  ["and then not the one called so", { ...every({}), channels: { discord: { defaultAccount: "b" } } }, { channel: "discord", account: "default", sender: 1 }, "main"],
  ["a channel's case does not count", { bindings: [{ agentId: "a", match: { channel: "Discord" } }] }, { channel: "discord", sender: 1 }, "a"],
  ["a topic's own binding", every({ accountId: "*", peer: { kind: "channel", id: "X:thread:u" } }), fitsAll, "main"],
  ["an entry for one peer", entry({ peer: "5" }), { channel: "discord", sender: 5 }, "a"],
  ["an entry for another peer", entry({ peer: "6" }), { channel: "discord", sender: 5 }, "main"],
  ["an entry for one account", entry({ account: "b" }), exact, "a"],
  ["an entry for another account", entry({ account: "c" }), exact, "main"],
  ["an entry with a match", entry({ match: { guildId: "G" } }), exact, "a"],
  ["an entry with a match that does not hold", entry({ match: { guildId: "H" } }), exact, "main"],
];

describe("what a match asks for has to hold (spec 2.6)", () => {
  for (const [name, config, message, agent] of FIELDS) test(`${name}: ${agent}`, () => assert.equal(resolveRoute(config, message).agentId, agent));

  test("the chosen agent's sessions are its own", () => {
    const { sessionKey, mainSessionKey } = resolveRoute(every({ accountId: "*" }), exact);
    assert.deepEqual([sessionKey, mainSessionKey], ["agent:a:discord:b:channel:X", "agent:a:main"]);
  });
});
