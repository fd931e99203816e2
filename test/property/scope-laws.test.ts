/**
 * Who shares a session with whom, said a second time and without the code: from how a configuration was put together,
 * not from what routing read in it. Each configuration is tried with every combination of a few channels, accounts, kinds of
 * chat, ids and threads, so that what could collide does meet.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compileRouting, replayRoute, resolveRoute, type DmScope, type RoutingMessage, type RoutingSource } from "../../src/routing/index.ts";

const SCOPES = ["auto", "main", "per-peer", "per-channel-peer", "per-account-channel-peer"] as const;
const CHANNELS = ["telegram", "discord", "slack", "dm", "person", "home", "constructor", "x:y", "webchat"] as const;
const ACCOUNTS = [undefined, "default", "work", "dm", "home", "A"] as const;
const NASTY = ["", "1", "2", "a", "A", "a:b", "a_b", "a%3Ab", "%3A", ":", "::", "*", "dm", "direct", "group", "thread", "topic", "unknown", "%75nknown", "main", "home", "Ann", "ann", "telegram", "work", "__proto__", "\u00e9", "e\u0301", " a", "a ", "{peer}", "5:thread:5:9", "5:thread"];
const NAMES = ["Ann", "ann", "Bob", "unknown", "main", "dm", "Zo\u00eb", "Zoe\u0308", "x:z", "{chat}"];

interface Link {
  readonly channel: string;
  readonly id: string;
  readonly name: string;
  readonly written: "list" | "label" | "bare";
}

type Owner =
  | { readonly by: "nobody" }
  | { readonly by: "person"; readonly name: string }
  /** Named by `session.owner`, or the only guest of a channel. */
  | { readonly by: "identity" | "guest"; readonly channel: string; readonly id: string };

/** A configuration as it was put together. */
interface Model {
  readonly dmScope: DmScope;
  /** Overrides: Discord's binding, Slack's account `work`, Telegram's own. */
  readonly bindingScope: DmScope | undefined;
  readonly accountScope: DmScope | undefined;
  readonly channelScope: DmScope | undefined;
  readonly groupScope: "per-group" | "main";
  readonly bindingGroups: "per-group" | "main" | undefined;
  readonly global: boolean;
  readonly mainKey: string;
  readonly telegramAccount: string;
  readonly links: readonly Link[];
  readonly owner: Owner;
}

interface Case {
  readonly model: Model;
  readonly messages: readonly RoutingMessage[];
}

const folded = (name: string): string => name.normalize("NFC").toLowerCase();
/** What can be written in a list of `channel:id` without being read differently. */
const writable = (channel: string, id: string): boolean => !channel.includes(":") && id !== "" && id !== "*" && id.trim() === id;

function sourceOf(model: Model): RoutingSource {
  const identityLinks: Record<string, string | string[]> = {};
  for (const { channel, id, name, written } of model.links) {
    const list = identityLinks[name];
    if (written === "list") identityLinks[name] = [...(Array.isArray(list) ? list : []), `${channel}:${id}`];
    else identityLinks[written === "label" ? `${channel}:${id}:${name}` : `${channel}:${id}`] = name;
  }
  const { owner } = model;
  const named = owner.by === "person" ? owner.name.toLowerCase().normalize("NFD") : owner.by === "identity" ? [`${owner.channel}:${owner.id}`] : undefined;
  const guest = (channel: string): { allowFrom?: string[] } => (owner.by === "guest" && owner.channel === channel ? { allowFrom: [owner.id] } : {});
  return {
    session: { dmScope: model.dmScope, groupScope: model.groupScope, mainKey: model.mainKey, scope: model.global ? "global" : "per-sender", owner: named, identityLinks },
    channels: {
      ...(owner.by === "guest" ? { [owner.channel]: guest(owner.channel) } : {}),
      telegram: { ...guest("telegram"), dmScope: model.channelScope, defaultAccount: model.telegramAccount },
      slack: { ...guest("slack"), accounts: { work: { dmScope: model.accountScope } } },
    },
    bindings: [
      { agentId: "b", match: { channel: "discord", accountId: "*" }, session: { dmScope: model.bindingScope, groupScope: model.bindingGroups } },
      { agentId: "c", match: { channel: "telegram", accountId: "*", peer: { kind: "dm", id: "1" } } },
    ],
  };
}

interface Who {
  readonly channel: string;
  readonly account: string;
  readonly id: string;
  readonly person: string | null;
  readonly isOwner: boolean;
}

/** The definition of each scope: direct messages for which this is equal are one session. */
const SHARED: { readonly [scope in DmScope]: (who: Who) => readonly unknown[] } = {
  main: () => ["main"],
  "per-peer": ({ person, id }) => (person === null ? ["id", id] : ["person", person]),
  "per-channel-peer": ({ person, channel, id }) => (person === null ? ["id", channel, id] : ["person", person]),
  "per-account-channel-peer": ({ person, channel, account, id }) => (person === null ? ["id", channel, account, id] : ["person", person]),
  auto: (who) => (who.isOwner ? ["main"] : SHARED["per-channel-peer"](who)),
};

function whoIs(model: Model, channel: string, account: string, id: string): Who {
  const personOf = (on: string, one: string): string | null => {
    const link = model.links.find((each) => each.channel === on && each.id === one);
    return link ? folded(link.name) : null;
  };
  if (channel === "webchat") return { channel, account, id, person: null, isOwner: true };
  const person = personOf(channel, id);
  const { owner } = model;
  if (owner.by === "nobody") return { channel, account, id, person, isOwner: false };
  if (owner.by === "person") return { channel, account, id, person, isOwner: person !== null && person === folded(owner.name) };
  const same = owner.channel === channel && owner.id === id;
  return { channel, account, id, person, isOwner: same || (person !== null && person === personOf(owner.channel, owner.id)) };
}

function scopeOf(model: Model, channel: string, account: string): DmScope {
  if (channel === "discord") return model.bindingScope ?? model.dmScope;
  if (channel === "slack" && account === "work") return model.accountScope ?? model.dmScope;
  return (channel === "telegram" ? model.channelScope : undefined) ?? model.dmScope;
}

/** Two messages belong to one session exactly if this is equal. */
function classOf(model: Model, message: RoutingMessage): readonly unknown[] {
  if (model.global) return ["global"];
  const { channel, sender, kind } = message;
  const account = message.account ?? (channel === "telegram" ? model.telegramAccount : "default");
  const id = String(sender);
  const chat = message.chat === undefined || message.chat === "" ? id : message.chat;
  const thread = message.thread ?? null;
  const agent = channel === "discord" ? "b" : channel === "telegram" && kind === "dm" && id === "1" ? "c" : "main";
  if (kind !== "dm") {
    const groups = (channel === "discord" ? model.bindingGroups : undefined) ?? model.groupScope;
    return groups === "main" ? [agent, "main"] : [agent, "room", channel, account, kind, chat, thread];
  }
  const who = whoIs(model, channel, account, id);
  const shared = channel === "webchat" ? ["main"] : SHARED[scopeOf(model, channel, account)](who);
  return [agent, ...shared, ...(thread === null ? [] : ["thread", channel, account, chat, thread])];
}

const anyId = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...NASTY) }, { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 5 }) }).filter((id) => !/^(user|telegram|discord|slack|dm|person|home|constructor):/.test(id));

/** Every combination: what an id of one place could be taken for is in the others. */
function combined(channels: readonly string[], accounts: readonly (string | undefined)[], ids: readonly string[], threads: readonly string[]): RoutingMessage[] {
  const messages: RoutingMessage[] = [];
  for (const channel of channels) {
    for (const account of accounts) {
      for (const id of ids) {
        for (const thread of [null, ...threads]) {
          const at = { channel, account, thread };
          messages.push({ ...at, kind: "dm", sender: id, chat: thread === threads[1] ? ids[0] : undefined });
          messages.push({ ...at, kind: "group", sender: ids[0], chat: id }, { ...at, kind: "channel", sender: ids[0], chat: id });
        }
      }
    }
  }
  return messages;
}

interface At {
  readonly on: number;
  readonly index: number;
}

function linksFrom(drawn: readonly (Pick<Link, "name" | "written"> & At)[], channels: readonly string[], ids: readonly string[]): Link[] {
  const links: Link[] = [];
  for (const { on, index, name, written } of drawn) {
    const channel = channels[on] ?? "";
    const id = ids[index] ?? "";
    if (!writable(channel, id) || links.some((link) => link.channel === channel && link.id === id)) continue;
    const plain = !id.includes(":") && !name.includes(":");
    links.push({ channel, id, name, written: plain ? written : "list" });
  }
  return links;
}

/** Half of the owners that are named by an id are somebody who is linked. */
function ownerFrom(by: Owner["by"], at: At & { readonly isLinked: boolean }, channels: readonly string[], ids: readonly string[], links: readonly Link[]): Owner {
  const [link] = links;
  if (by === "person") return link ? { by, name: link.name } : { by: "nobody" };
  const { channel, id } = at.isLinked && link ? link : { channel: channels[at.on] ?? "", id: ids[at.index] ?? "" };
  return by === "nobody" || channel === "webchat" || !writable(channel, id) ? { by: "nobody" } : { by, channel, id };
}

const at = { on: fc.nat({ max: 3 }), index: fc.nat({ max: 4 }) };
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

/** `overrides` lets bindings, accounts and channels have scopes of their own. */
function cases(dmScope: fc.Arbitrary<DmScope>, overrides: boolean): fc.Arbitrary<Case> {
  const own = overrides ? maybe(fc.constantFrom<DmScope>(...SCOPES)) : fc.constant(undefined);
  const groups = fc.constantFrom("per-group" as const, "per-group" as const, "main" as const);
  const drawn = fc.record({
    ...{ dmScope, bindingScope: own, accountScope: own, channelScope: own, groupScope: groups, bindingGroups: overrides ? maybe(groups) : fc.constant(undefined) },
    ...{ mainKey: fc.constantFrom("main", "home", "dm", "telegram", "a:b"), telegramAccount: fc.constantFrom("default", "work"), global: overrides ? fc.nat({ max: 19 }) : fc.constant(1) },
    ids: fc.uniqueArray(anyId, { minLength: 5, maxLength: 5 }),
    threads: fc.uniqueArray(anyId.filter((id) => id !== ""), { minLength: 2, maxLength: 2 }),
    channels: fc.uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 4, maxLength: 4 }),
    accounts: fc.uniqueArray(fc.constantFrom(...ACCOUNTS), { minLength: 3, maxLength: 3 }),
    links: fc.array(fc.record({ ...at, name: fc.constantFrom(...NAMES), written: fc.constantFrom("list" as const, "label" as const, "bare" as const) }), { maxLength: 6 }),
    ownerBy: fc.constantFrom("nobody" as const, "person" as const, "identity" as const, "guest" as const),
    ownerAt: fc.record({ ...at, isLinked: fc.boolean() }),
  });
  return drawn.map(({ ids, threads, channels, accounts, links: some, ownerBy, ownerAt, global, ...rest }) => {
    const links = linksFrom(some, channels, ids);
    const model: Model = { ...rest, global: global === 0, links, owner: ownerFrom(ownerBy, ownerAt, channels, ids, links) };
    return { model, messages: combined(channels, accounts, ids, threads) };
  });
}

/** What was tried in all: configuration and message, and those among them that share a session with another message. */
const tried = { pairs: 0, sharing: 0 };

/** Each class has one key and each key one class. */
function holdsFor({ model, messages }: Case): void {
  const source = sourceOf(model);
  const compiled = compileRouting(source);
  // The same file read again, and asked in the opposite order: nothing is remembered between messages.
  const again = compileRouting(JSON.parse(JSON.stringify(source)) as RoutingSource);
  const before = messages.toReversed().map((message) => resolveRoute(again, message)).toReversed();
  const classes = new Map<string, string>();
  const keys = new Map<string, string>();
  messages.forEach((message, at) => {
    const { sessionKey, agentId, audience, why } = resolveRoute(compiled, message);
    const other = before[at];
    if (other?.sessionKey !== sessionKey || other.agentId !== agentId || other.audience !== audience) assert.deepEqual(other, { sessionKey, agentId, audience });
    const own = JSON.stringify(classOf(model, message));
    const known = classes.get(sessionKey);
    if (known !== undefined) tried.sharing++;
    if ((known ?? own) !== own) assert.fail(`${sessionKey} is the key of ${known} and of ${own}`);
    if ((keys.get(own) ?? sessionKey) !== sessionKey) assert.fail(`${own} has the keys ${keys.get(own)} and ${sessionKey}`);
    classes.set(sessionKey, own);
    keys.set(own, sessionKey);
    if (why.key.sessionKey !== sessionKey || replayRoute(why, compiled, message) !== sessionKey) assert.fail(`the explanation of ${sessionKey} leads elsewhere`);
    tried.pairs++;
  });
  assert.deepEqual(before[0]?.why, resolveRoute(compiled, messages[0] as RoutingMessage).why);
  for (const sessionKey of classes.keys()) {
    const { sessionKey: read, agentId } = resolveRoute(compiled, { channel: "terminal", sessionKey });
    assert.equal(read, sessionKey, "a key that was printed can be typed again");
    if (sessionKey !== "global") assert.equal(agentId, sessionKey.split(":")[1]);
  }
}

describe("P10 two messages share a session exactly if their scope says so; the explanation replays, the key can be typed", () => {
  for (const [number, scope] of SCOPES.entries()) {
    test(`P10 under ${scope}`, () => {
      fc.assert(fc.property(cases(fc.constant(scope), false), holdsFor), { numRuns: 150, seed: 1000 + number });
    });
  }

  test("P10 where bindings, accounts and channels have scopes of their own", () => {
    fc.assert(fc.property(cases(fc.constantFrom<DmScope>(...SCOPES), true), holdsFor), { numRuns: 400, seed: 2000 });
  });

  test("P10 the laws were tried on at least 100,000 pairs of a configuration and a message", (t) => {
    t.diagnostic(`${tried.pairs} pairs of a configuration and a message, ${tried.sharing} of them in a session that another message had`);
    assert.ok(tried.pairs >= 100_000, `${tried.pairs} pairs`);
    assert.ok(tried.sharing >= 10_000, `${tried.sharing} sharing`);
  });
});
