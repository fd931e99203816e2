import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ContinuoError } from "../domain/errors.ts";
import { compileRouting, replayRoute, resolveRoute, type RoutingMessage, type RoutingSource } from "./index.ts";

type Row = readonly [name: string, config: RoutingSource, message: RoutingMessage, key: string];

const isolated: RoutingSource = { session: { dmScope: "per-channel-peer" } };
const linked: RoutingSource = { session: { identityLinks: { Ann: ["telegram:1", "discord:2"] } } };
const owned: RoutingSource = { channels: { telegram: { allowFrom: [1] }, discord: { allowFrom: ["*"] } } };

const KEYS: readonly Row[] = [
  ["main shares every DM", { session: { dmScope: "main" } }, { channel: "telegram", sender: 5 }, "agent:main:main"],
  ["the main key may have another name", { session: { dmScope: "main", mainKey: " Home " } }, { channel: "telegram", sender: 5 }, "agent:main:home"],
  ["per-peer joins one id on all channels, literally (A4)", { session: { dmScope: "per-peer" } }, { channel: "telegram", sender: "5" }, "agent:main:dm:5"],
  ["per-channel-peer keeps two senders apart", isolated, { channel: "telegram", sender: "123456789" }, "agent:main:telegram:dm:123456789"],
  ["per-account-channel-peer names the account", { session: { dmScope: "per-account-channel-peer" } }, { channel: "whatsapp", account: "biz", sender: "+15551234567" }, "agent:main:whatsapp:biz:dm:+15551234567"],
  ["per-account-channel-peer names the default account too", { session: { dmScope: "per-account-channel-peer" } }, { channel: "whatsapp", sender: "+1555" }, "agent:main:whatsapp:default:dm:+1555"],
  ["auto isolates whoever is not the owner", {}, { channel: "telegram", sender: "5" }, "agent:main:telegram:dm:5"],
  ["auto: the only guest of an account is its owner (A1)", owned, { channel: "telegram", sender: "1" }, "agent:main:main"],
  ["auto: an account open to all has no owner", owned, { channel: "discord", sender: "1" }, "agent:main:discord:dm:1"],
  ["auto: two guests, and neither is the owner", { channels: { telegram: { allowFrom: ["1", "2"] } } }, { channel: "telegram", sender: "1" }, "agent:main:telegram:dm:1"],
  ["an account's own allowFrom counts for it alone", { channels: { telegram: { allowFrom: ["1"], accounts: { work: { allowFrom: ["*"] } } } } }, { channel: "telegram", account: "work", sender: "1" }, "agent:main:telegram:dm:1"],
  ["auto: session.owner as an identity", { session: { owner: "telegram:7" } }, { channel: "telegram", sender: "7" }, "agent:main:main"],
  ["auto: session.owner as a person, on every linked account", { session: { ...linked.session, owner: "ann" } }, { channel: "discord", sender: "2" }, "agent:main:main"],
  ["a person who is the owner on one account is it on all", { ...linked, channels: { telegram: { allowFrom: ["1"] } } }, { channel: "discord", sender: "2" }, "agent:main:main"],
  ["where the owner is named, another person's only guest is not", { session: { owner: "Ann", identityLinks: { Ann: ["telegram:1"], Bob: ["discord:9"] } }, channels: { discord: { allowFrom: ["9"] } } }, { channel: "discord", sender: "9" }, "agent:main:person:Bob"],
  ["where the owner is named on a channel, the only guest of a second account there is not", { session: { owner: "telegram:42" }, channels: { telegram: { accounts: { guest: { allowFrom: ["77"] } } } } }, { channel: "telegram", account: "guest", sender: "77" }, "agent:main:telegram:dm:77"],
  ["the same where the owner is a linked person", { session: { owner: "ann", identityLinks: { Ann: ["telegram:1"] } }, channels: { telegram: { allowFrom: ["77"] } } }, { channel: "telegram", sender: "77" }, "agent:main:telegram:dm:77"],
  ["a named owner is still known by the only guest of another channel", { session: { owner: "telegram:42" }, channels: { discord: { allowFrom: ["9"] } } }, { channel: "discord", sender: "9" }, "agent:main:main"],
  ["auto: two accounts with a guest each, and neither is the owner", { channels: { telegram: { accounts: { me: { allowFrom: ["1"] }, wife: { allowFrom: ["2"] } } } } }, { channel: "telegram", account: "wife", sender: "2" }, "agent:main:telegram:dm:2"],
  ["auto: the channel's only guest is the owner, another account's is not", { channels: { telegram: { allowFrom: ["1"], accounts: { wife: { allowFrom: ["2"] } } } } }, { channel: "telegram", account: "wife", sender: "2" }, "agent:main:telegram:dm:2"],
  ["auto: and stays the owner on the channel's own account", { channels: { telegram: { allowFrom: ["1"], accounts: { wife: { allowFrom: ["2"] } } } } }, { channel: "telegram", sender: "1" }, "agent:main:main"],
  ["auto: one person's ids on two accounts are the owner's", { ...{ session: { identityLinks: { Ann: ["telegram:1", "telegram:2"] } } }, channels: { telegram: { accounts: { a: { allowFrom: ["1"] }, b: { allowFrom: ["2"] } } } } }, { channel: "telegram", account: "b", sender: "2" }, "agent:main:main"],
  ["a linked person has one key on every channel (A3)", linked, { channel: "discord", sender: "2" }, "agent:main:person:Ann"],
  ["links hold under the isolating scopes", { session: { ...linked.session, dmScope: "per-account-channel-peer" } }, { channel: "telegram", sender: "1" }, "agent:main:person:Ann"],
  ["links do not hold under main", { session: { ...linked.session, dmScope: "main" } }, { channel: "telegram", sender: "1" }, "agent:main:main"],
  ["links in the second shape, with a label", { session: { identityLinks: { "telegram:123456789:John": "John" } } }, { channel: "telegram", sender: "123456789" }, "agent:main:person:John"],
  ["a Matrix id in the second shape is no label", { session: { identityLinks: { "matrix:@bob:hs.org": "Bob" } } }, { channel: "matrix", sender: "@bob:hs.org" }, "agent:main:person:Bob"],
  ["John and john are one person, spelled as first (A15)", { session: { identityLinks: { John: ["telegram:1"], john: ["discord:2"] } } }, { channel: "discord", sender: "2" }, "agent:main:person:John"],
  ["an id without a channel links on every one", { session: { identityLinks: { Ann: ["42"] } } }, { channel: "signal", sender: "42" }, "agent:main:person:Ann"],
  ["links never hold in groups", linked, { channel: "telegram", kind: "group", chat: "-5", sender: "1" }, "agent:main:telegram:group:-5"],
  ["an empty sender under an isolating scope is unknown, never main", isolated, { channel: "telegram" }, "agent:main:telegram:dm:unknown"],
  ["a sender called unknown is somebody else", isolated, { channel: "telegram", sender: "unknown" }, "agent:main:telegram:dm:%75nknown"],
  ["case is kept and colons are encoded (A2)", isolated, { channel: "matrix", sender: "@Bob:HS.org" }, "agent:main:matrix:dm:@Bob%3AHS.org"],
  ["a group", {}, { channel: "telegram", kind: "group", chat: "-1001234567890", sender: "1" }, "agent:main:telegram:group:-1001234567890"],
  ["a room", {}, { channel: "slack", kind: "channel", chat: "C1", sender: "U1" }, "agent:main:slack:channel:C1"],
  ["a forum topic", {}, { channel: "telegram", kind: "group", chat: "-1001234567890", thread: 42 }, "agent:main:telegram:group:-1001234567890:topic:42"],
  ["a thread elsewhere", {}, { channel: "slack", kind: "channel", chat: "C1", thread: "17.5" }, "agent:main:slack:channel:C1:thread:17.5"],
  ["a topic in a direct chat", isolated, { channel: "telegram", sender: "5", chat: "5", thread: 9 }, "agent:main:telegram:dm:5:thread:5:9"],
  ["a topic in the owner's direct chat", owned, { channel: "telegram", sender: "1", thread: 9 }, "agent:main:main:thread:1:9"],
  ["a thread in a direct chat elsewhere names its channel too (A2)", { session: { dmScope: "main" } }, { channel: "slack", sender: "1", thread: 9 }, "agent:main:main:thread:slack:default:1:9"],
  ["a second account in one group is a second listener (A2)", {}, { channel: "discord", account: "b", kind: "group", chat: "7" }, "agent:main:discord:b:group:7"],
  ["groups may share main", { session: { groupScope: "main" } }, { channel: "discord", kind: "group", chat: "7" }, "agent:main:main"],
  ["the operator is main, also under an isolating scope", isolated, { channel: "webchat", sender: "x" }, "agent:main:main"],
  ["the operator may name a session", {}, { channel: "webchat", sessionKey: "agent:main:telegram:direct:5" }, "agent:main:telegram:dm:5"],
  ["a bare key belongs to the default agent", { agents: { list: [{ id: "Coder" }] } }, { channel: "webchat", sessionKey: "work" }, "agent:coder:work"],
  ["main is an alias", { session: { mainKey: "home" } }, { channel: "terminal", sessionKey: "agent:Ops:MAIN" }, "agent:ops:home"],
  ["typed colons become one id", {}, { channel: "terminal", sessionKey: "agent:main:matrix:group:!room:server.org" }, "agent:main:matrix:group:!room%3Aserver.org"],
  ["the operator may name an agent", {}, { channel: "webchat", agentId: "Ops" }, "agent:ops:main"],
  ["a global scope is one session", { session: { scope: "global" } }, { channel: "telegram", kind: "group", chat: "1" }, "global"],
  ["main under a global scope is that session", { session: { scope: "global" } }, { channel: "webchat", sessionKey: "main" }, "global"],
  ["a channel called like a marker cannot pose as one", isolated, { channel: "dm", sender: "group" }, "agent:main:%64m:dm:group"],
];

describe("session keys (spec 2 with A1 to A4, A15)", () => {
  for (const [name, config, message, key] of KEYS) {
    test(name, () => {
      const route = resolveRoute(config, message);
      assert.equal(route.sessionKey, key);
      assert.equal(replayRoute(route.why, config, message), key, "the explanation leads to the same key");
    });
  }
});

const bound: RoutingSource = {
  agents: { list: [{ id: "main", default: true }, ...["peer", "parent", "wild", "roles", "guild", "team", "account", "channel", "entry"].map((id) => ({ id }))] },
  bindings: [
    { agentId: "channel", match: { channel: "discord", accountId: "*" } },
    { agentId: "account", match: { channel: "discord", accountId: "b" } },
    { agentId: "team", match: { channel: "discord", accountId: "*", teamId: "T" } },
    { agentId: "guild", match: { channel: "discord", accountId: "*", guildId: "G" } },
    { agentId: "roles", match: { channel: "discord", accountId: "*", guildId: "G", roles: ["r1", "r2"] } },
    { agentId: "wild", match: { channel: "discord", accountId: "*", peer: { kind: "direct", id: "*" } } },
    { agentId: "parent", match: { channel: "discord", accountId: "*", peer: { kind: "channel", id: "P" } } },
    { agentId: "peer", match: { channel: "discord", accountId: "*", peer: { kind: "group", id: "X" } } },
    { agentId: "nobody", match: { channel: "slack" } },
  ],
  channels: { telegram: { routing: [{ agent: "entry" }] } },
};

const AGENTS: readonly (readonly [message: RoutingMessage, agent: string, by: string])[] = [
  [{ channel: "discord", kind: "channel", chat: "X" }, "peer", "binding.peer"],
  [{ channel: "discord", kind: "channel", chat: "P", thread: "t" }, "parent", "binding.peer.parent"],
  [{ channel: "discord", kind: "channel", chat: "Y", parentChat: "P", guildId: "G" }, "parent", "binding.peer.parent"],
  [{ channel: "discord", sender: "5" }, "wild", "binding.peer.wildcard"],
  [{ channel: "discord", kind: "channel", chat: "Y", guildId: "G", roles: ["r2"] }, "roles", "binding.guild+roles"],
  [{ channel: "discord", kind: "channel", chat: "Y", guildId: "G", roles: ["r9"] }, "guild", "binding.guild"],
  [{ channel: "discord", kind: "channel", chat: "Y", teamId: "T" }, "team", "binding.team"],
  [{ channel: "discord", account: "b", kind: "channel", chat: "Y" }, "account", "binding.account"],
  [{ channel: "discord", kind: "channel", chat: "Y" }, "channel", "binding.channel"],
  [{ channel: "telegram", sender: "5" }, "entry", "channel.routing"],
  [{ channel: "slack", sender: "5" }, "main", "binding.account"],
  [{ channel: "slack", account: "other", sender: "5" }, "main", "default"],
];

describe("the choice of the agent (spec 2.6)", () => {
  for (const [message, agent, by] of AGENTS) {
    test(`${by} decides ${JSON.stringify(message)}`, () => {
      const { agentId, why } = resolveRoute(bound, message);
      assert.deepEqual([agentId, why.agent.matchedBy], [agent, by]);
      assert.equal(why.agent.tried.at(-1)?.outcome, "matched");
      assert.ok(why.agent.tried.slice(0, -1).every((rule) => rule.outcome !== "matched"));
    });
  }

  test("the first binding of a tier wins, and a binding's index is its place in the file", () => {
    const bindings = ["a", "b"].map((agentId) => ({ agentId, match: { channel: "x", accountId: "*" } }));
    const { agentId, why } = resolveRoute({ bindings }, { channel: "x", sender: 1 });
    assert.deepEqual([agentId, why.agent.tried.at(-1)?.index], ["a", 0]);
  });

  test("all fields of a match have to hold", () => {
    const match = { channel: "x", accountId: "work", peer: { kind: "group" as const, id: 7 }, guildId: "G" };
    const config: RoutingSource = { bindings: [{ agentId: "a", match }] };
    const at = (more: Partial<RoutingMessage>) => resolveRoute(config, { channel: "x", kind: "group", chat: 7, ...more }).agentId;
    assert.deepEqual([at({ account: "work", guildId: "G" }), at({ account: "work" }), at({ guildId: "G" })], ["a", "main", "main"]);
  });
});

const SCOPES: readonly (readonly [config: RoutingSource, value: string, setBy: string])[] = [
  [{}, "auto", "default"],
  [{ session: { dmScope: "per-peer" } }, "per-peer", "session.dmScope"],
  [{ session: { dmScope: "per-peer" }, channels: { x: { dmScope: "main" } } }, "main", "channels.x.dmScope"],
  [{ channels: { x: { dmScope: "main", accounts: { default: { dmScope: "per-peer" } } } } }, "per-peer", "channels.x.accounts.default.dmScope"],
  [{ channels: { x: { dmScope: "main" } }, bindings: [{ agentId: "a", match: { channel: "x" }, session: { dmScope: "per-account-channel-peer" } }] }, "per-account-channel-peer", "bindings[0].session.dmScope"],
];

describe("the scope (spec 2.3)", () => {
  for (const [config, value, setBy] of SCOPES) {
    test(`${setBy} sets ${value}`, () => assert.deepEqual(resolveRoute(config, { channel: "x", sender: 1 }).why.scope, { value, setBy }));
  }

  test("a misspelt scope is refused, not widened", () => {
    const config = { session: { dmScope: "per-chanel-peer" } } as unknown as RoutingSource;
    assert.throws(() => compileRouting(config), (error) => error instanceof ContinuoError && error.code === "CONFIG_INVALID" && /session\.dmScope/.test(error.message));
  });
});

describe("what else a route says", () => {
  test("the audience is who can read the chat, whatever the scope", () => {
    const audience = (config: RoutingSource, message: RoutingMessage) => resolveRoute(config, message).audience;
    assert.equal(audience({ session: { dmScope: "main" } }, { channel: "telegram", sender: "5:6" }), "peer:telegram:default:5%3A6");
    assert.equal(audience(linked, { channel: "telegram", sender: "1" }), "person:Ann");
    assert.equal(audience(owned, { channel: "telegram", sender: "1" }), "owner");
    assert.equal(audience(owned, { channel: "telegram", kind: "group", chat: "-5", thread: 3, sender: "1" }), "chat:telegram:default:-5:3");
    assert.equal(audience({}, { channel: "webchat" }), "owner");
  });

  test("the reset type follows the chat, or the key that was named", () => {
    const type = (message: RoutingMessage) => resolveRoute({}, message).resetType;
    assert.deepEqual(
      [type({ channel: "x", sender: 1 }), type({ channel: "x", kind: "group", chat: 1 }), type({ channel: "x", kind: "group", chat: 1, thread: 2 }), type({ channel: "webchat", sessionKey: "agent:main:telegram:group:5:topic:2" })],
      ["direct", "group", "thread", "thread"],
    );
  });

  for (const typed of ["agent:main", "agent::x", "a\u0000b", "x".repeat(513), ":::"]) {
    test(`the key ${JSON.stringify(typed.slice(0, 20))} is refused`, () => {
      assert.throws(() => resolveRoute({}, { channel: "webchat", sessionKey: typed }), (error) => error instanceof ContinuoError && error.code === "SESSION_KEY_INVALID");
    });
  }
});
