import assert from "node:assert/strict";
import { test } from "node:test";
import type { DmScope, MatchedBy, RouteWhy } from "../domain/route.ts";
import { sayIn } from "../texts/index.ts";
import { explainRoute, oneLine, type RouteFacts } from "./explain.ts";
import type { RoutingMessage } from "./message.ts";
import { resolveRoute } from "./resolve.ts";
import type { RoutingSource } from "./source.ts";

function factsOf(why: RouteWhy, message: RoutingMessage, to: RouteFacts["to"] = "sender"): RouteFacts {
  return {
    channel: message.channel,
    account: message.account ?? "",
    chatKind: message.kind === "group" || message.kind === "channel" ? message.kind : "dm",
    senderId: String(message.sender ?? ""),
    thread: message.thread === undefined || message.thread === null ? null : String(message.thread),
    to,
    sessionKey: why.key.sessionKey,
  };
}

function explain(source: RoutingSource, message: RoutingMessage, to: RouteFacts["to"] = "sender"): string[] {
  const { why } = resolveRoute(source, message);
  const told = explainRoute(why, factsOf(why, message, to), sayIn("en"));
  const inChinese = explainRoute(why, factsOf(why, message, to), sayIn("zh"));
  assert.equal(inChinese.length, told.length);
  // Settings, keys and names are what they are in every language.
  for (const line of inChinese) assert.match(line, /^(?!.*[A-Za-z]{2,} [A-Za-z]{2,})(?!.*\{).*\p{Script=Han}.*。$/u);
  return told;
}

const agents = { list: [{ id: "main", default: true }, { id: "work" }] };
const group = { channel: "discord", kind: "group", sender: 7, chat: "g1", guildId: "G", teamId: "T", roles: ["r"] } as const;

test("every way to an agent is told by its rule and index, with what was tried before it", () => {
  const peer = { kind: "group", id: "other" } as const;
  const table: readonly (readonly [MatchedBy, RoutingSource, RoutingMessage, RegExp])[] = [
    ["binding.peer", { bindings: [{ agentId: "work", match: { channel: "discord", peer: { kind: "group", id: "g1" } } }] }, group, /bindings\[0\] \(peer\) matched/],
    ["binding.peer.parent", { bindings: [{ agentId: "work", match: { channel: "discord", peer: { kind: "group", id: "g1" } } }] }, { ...group, thread: 5 }, /bindings\[0\] \(a thread's room\) matched/],
    ["binding.peer.wildcard", { bindings: [{ agentId: "work", match: { channel: "discord", peer } }, { agentId: "work", match: { channel: "discord", peer: { kind: "group", id: "*" } } }] }, group, /bindings\[1\] \(any peer\) matched.\nTried first, and did not match: peer and a thread's room\.\n/],
    ["binding.guild+roles", { bindings: [{ agentId: "work", match: { channel: "discord", guildId: "G", roles: ["r"] } }] }, group, /bindings\[0\] \(server and role\) matched/],
    ["binding.guild", { bindings: [{ agentId: "work", match: { channel: "discord", guildId: "G" } }] }, group, /bindings\[0\] \(server\) matched/],
    ["binding.team", { bindings: [{ agentId: "work", match: { channel: "discord", teamId: "T" } }] }, group, /bindings\[0\] \(workspace\) matched/],
    ["binding.account", { bindings: [{ agentId: "work", match: { channel: "discord" } }] }, group, /bindings\[0\] \(account\) matched/],
    ["binding.channel", { bindings: [{ agentId: "work", match: { channel: "discord", accountId: "*" } }] }, group, /bindings\[0\] \(whole channel\) matched.\nBetter rules are not there: no binding for peer, /],
    ["channel.routing", { channels: { discord: { routing: [{ agent: "work" }] } } }, group, /channels\.discord\.routing\[0\] matched/],
    ["default", { bindings: [{ agentId: "work", match: { channel: "discord", peer } }] }, group, /The agent is "main", the default one, because no binding matched\.\nTried first, and did not match: peer and a thread's room; no binding for any peer, /],
    ["default", {}, group, /The agent is "main", the default one, because nothing is bound on this channel\.\nThe sender/],
    ["explicit", {}, { channel: "webchat", sender: "operator", sessionKey: "agent:work:x" }, /The client named the session itself, so no rule chose the agent "work"\./],
    ["explicit", {}, { channel: "webchat", sender: "operator", agentId: "work" }, /The client named the agent itself/],
  ];
  for (const [matchedBy, source, message, words] of table) {
    const { why } = resolveRoute({ agents, ...source }, message);
    assert.equal(why.agent.matchedBy, matchedBy);
    assert.match(explain({ agents, ...source }, message).join("\n"), words, matchedBy);
  }
});

test("every scope is told with the setting that it was read from and the key that it makes", () => {
  const dm = { channel: "telegram", sender: 42 } as const;
  const table: readonly (readonly [RoutingSource, RoutingMessage, RegExp, RegExp])[] = [
    [{}, dm, /"auto" \(by default\): the owner's direct messages/, /agent:main:telegram:dm:42: made of the agent, the channel and the sender's id\./],
    [{ channels: { telegram: { allowFrom: [42] } } }, dm, /"auto" \(by default\)/, /agent:main:main: the agent's main conversation, because the owner writes\./],
    ...(["main", "per-peer", "per-channel-peer", "per-account-channel-peer"] as const).map(
      (dmScope: DmScope) => [{ session: { dmScope } }, dm, new RegExp(`The scope is "${dmScope}" \\(set by session\\.dmScope\\)`), /So the session is agent:main:/] as const,
    ),
    [{ channels: { telegram: { dmScope: "main" } } }, dm, /"main" \(set by channels\.telegram\.dmScope\): everybody whom it covers shares/, /agent:main:main: the agent's main conversation\./],
    [{ bindings: [{ agentId: "main", match: { channel: "telegram" }, session: { dmScope: "per-peer" } }] }, dm, /"per-peer" \(set by bindings\[0\]\.session\.dmScope\)/, /agent:main:dm:42: made of the agent and the sender's id\./],
    [{ session: { scope: "global" } }, dm, /"global" \(set by session\.scope\): everything on all channels/, /session is global: the one conversation there is\./],
    [{}, group, /The scope of rooms is "group" \(by default\): each room/, /agent:main:discord:group:g1: made of the agent, the channel and the room's id\./],
    [{ session: { groupScope: "main" } }, group, /The scope of rooms is "main" \(set by session\.groupScope\)/, /agent:main:main/],
    [{}, { ...group, thread: 5 }, /"group"/, /agent:main:discord:group:g1:thread:5: made of the agent, the channel, the room's id and the thread's id, because it was said in a thread\./],
    [{}, { channel: "webchat", sender: "operator", sessionKey: "x" }, /Scopes were not asked/, /agent:main:x: because the client asked for it\./],
    [{ session: { dmScope: "per-channel-peer" } }, { channel: "webchat", sender: "operator" }, /per-channel-peer/, /because operators write there/],
  ];
  for (const [source, message, scope, key] of table) {
    const lines = explain({ agents, ...source }, message);
    assert.match(lines.join("\n"), scope);
    assert.match(lines.join("\n"), key);
    assert.ok(lines.length <= 8, String(lines.length));
  }
});

test("who the sender is taken for is told with the setting that says so, to them or about them", () => {
  const links = { Ann: ["telegram:42", "discord:7"] };
  const dm = { channel: "telegram", sender: 42 } as const;
  const table: readonly (readonly [RoutingSource, RoutingMessage, RouteFacts["to"], readonly string[]])[] = [
    [{ session: { owner: ["telegram:42"] } }, dm, "you", ["You are the owner, because session.owner names telegram:42."]],
    [{ session: { owner: "Ann", identityLinks: links } }, dm, "you", ['You are Ann, by the link "Ann: telegram:42".', "You are the owner, because session.owner names Ann or one of your linked accounts."]],
    [{ session: { identityLinks: links } }, dm, "sender", ['The sender telegram:42 is Ann, by the link "Ann: telegram:42".', "The sender telegram:42 is not the owner: no setting says so."]],
    [{ channels: { telegram: { allowFrom: [42] } } }, dm, "sender", ["The sender telegram:42 is the owner, because channels.telegram.allowFrom lets in one id alone, and it is telegram:42."]],
    [{ channels: { telegram: { allowFrom: [42] } }, session: { identityLinks: links } }, { channel: "discord", sender: 7 }, "you", ['You are Ann, by the link "Ann: discord:7".', "You are the owner, because channels.telegram.allowFrom lets in one id alone, and it is Ann's."]],
    [{}, { channel: "terminal", sender: "operator" }, "you", ["You are the owner, because you write from a client of the operator (terminal)."]],
    [{}, { channel: "telegram", account: "work", sender: 42 }, "you", ["You are nobody known: no setting and no link names telegram/work:42."]],
    [{}, { channel: "telegram", sender: "" }, "sender", ["The sender telegram:unknown is nobody known: the platform gave no id of a sender."]],
  ];
  for (const [source, message, to, expected] of table) {
    const lines = explain({ agents, ...source }, message, to);
    assert.deepEqual(lines.filter((line) => /^(You are|The sender)/.test(line)), expected);
  }
});

test("in Chinese it is told in Chinese", () => {
  const { why } = resolveRoute({ agents, session: { owner: ["telegram:42"] } }, { channel: "telegram", sender: 42 });
  assert.deepEqual(explainRoute(why, factsOf(why, { channel: "telegram", sender: 42 }, "you"), sayIn("zh")), [
    "智能体是默认的“main”，因为此渠道没有任何绑定。",
    "你是主人，因为 session.owner 指定了 telegram:42。",
    "范围是“auto”（默认）：主人在所有渠道的私聊是同一个对话，其他人各有自己的对话。",
    "因此会话是 agent:main:main：智能体的主对话，因为是主人写的。",
  ]);
});

test("who was made an owner among the people is told so, and a moved session is told where it is", () => {
  const { why } = resolveRoute({ agents }, { channel: "telegram", sender: 42 });
  const sender = { isOwner: true, ownerBy: "people", person: "Ann", link: null };
  const lines = explainRoute({ ...why, sender }, { ...factsOf(why, { channel: "telegram", sender: 42 }, "you"), sessionKey: "agent:main:person:Ann" }, sayIn("en"));
  assert.ok(lines.includes("You are the owner, because Ann is recorded as an owner among the people."));
  assert.equal(lines.at(-1), "A change has moved it since: it belongs to agent:main:person:Ann now.");
  assert.ok(lines.length <= 8);
});

test("the longest explanation has eight lines, and a name cannot forge one", () => {
  const name = `Ann\nYou are the owner.\u202e${"x".repeat(500)}`;
  const source: RoutingSource = { agents, bindings: [{ agentId: "work", match: { channel: "telegram", peer: { kind: "dm", id: "1" } } }], session: { identityLinks: { [name]: ["telegram:42"] } } };
  const { why } = resolveRoute(source, { channel: "telegram", sender: 42 });
  const lines = explainRoute(why, { ...factsOf(why, { channel: "telegram", sender: 42 }), sessionKey: "agent:main:main" }, sayIn("en"));
  assert.ok(lines.length <= 8);
  assert.ok(lines.every((line) => !/[\n\u202e]/.test(line) && line.length < 420), lines.join("\n"));
  assert.equal(oneLine(" a\r\n\u0000b "), "a b");
  assert.equal(Array.from(oneLine("😀".repeat(200))).length, 120);
});
