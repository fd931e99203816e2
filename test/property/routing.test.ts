import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileRouting, replayRoute, resolveRoute, type DmScope, type RoutingMessage, type RoutingSource } from "../../src/routing/index.ts";

/** Ids and names that would collide if anything were sloppy: markers, separators, encodings, case, empty. */
const nasty = ["", "1", "2", "a", "A", "a:b", "a%3Ab", "%3A", ":", "dm", "direct", "group", "channel", "thread", "topic", "person", "unknown", "%75nknown", "main", "default", "global", "agent", "Ann", "telegram", "constructor", "__proto__"];
const id = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...nasty) }, { weight: 1, arbitrary: fc.string({ maxLength: 6 }) });
const channel = fc.constantFrom("telegram", "discord", "dm", "group", "main", "person", "a", "thread", "x:y");

const message: fc.Arbitrary<RoutingMessage> = fc.record({
  channel,
  account: fc.constantFrom("default", "work", "dm", "group", "main", "a", "A", "thread"),
  kind: fc.constantFrom("dm" as const, "dm" as const, "group" as const, "channel" as const),
  sender: id,
  chat: id,
  thread: fc.option(id.filter((text) => text !== ""), { nil: null, freq: 3 }),
});

const scope = fc.constantFrom<DmScope>("auto", "main", "per-peer", "per-channel-peer", "per-account-channel-peer");
const config: fc.Arbitrary<RoutingSource> = fc.record({
  session: fc.record({
    dmScope: scope,
    mainKey: fc.constantFrom("main", "home", "dm", "telegram", "a:b"),
    owner: fc.constantFrom<string | undefined>(undefined, "Ann", "telegram:1"),
    identityLinks: fc.constantFrom<Record<string, string | string[]>>({}, { Ann: ["telegram:1", "discord:a:b"], Bob: ["discord:2"] }, { "telegram:a": "unknown", "discord:1:Ann": "Ann" }),
  }),
  channels: fc.constantFrom<NonNullable<RoutingSource["channels"]>>({}, { telegram: { allowFrom: ["1"] }, discord: { dmScope: "per-peer" } }),
  bindings: fc.constantFrom<NonNullable<RoutingSource["bindings"]>>([], [{ agentId: "b", match: { channel: "discord", accountId: "*" }, session: { dmScope: "per-account-channel-peer" } }]),
});

interface Source {
  readonly agent: string;
  readonly place: readonly unknown[];
}

/**
 * What the scope says belongs together, written down independently of how keys are made: two messages
 * may share a session exactly when these are equal.
 */
function sourceOf(route: ReturnType<typeof resolveRoute>, from: RoutingMessage): Source {
  const agent = route.agentId;
  const { value } = route.why.scope;
  const chat = from.chat === "" ? from.sender : from.chat;
  if (from.kind !== "dm") return { agent, place: ["room", from.channel, from.account, from.kind, chat, from.thread] };
  const thread = from.thread === null ? [] : ["thread", from.channel, chat, from.thread];
  // Inside one chat of one account: where the key names no account, threads still do.
  const account = from.thread === null ? [] : [from.account];
  if (value === "main" || (value === "auto" && route.isOwner)) return { agent, place: ["main", ...thread, ...account] };
  if (route.person !== null) return { agent, place: ["person", route.person.toLowerCase(), ...thread, ...account] };
  if (value === "per-peer") return { agent, place: ["peer", from.sender, ...thread, ...account] };
  if (value === "per-account-channel-peer") return { agent, place: ["account", from.channel, from.account, from.sender, ...thread] };
  return { agent, place: ["channel", from.channel, from.sender, ...thread, ...account] };
}

test("P10 two different sources never share a key unless the scope says so, and one source never has two", () => {
  let shared = 0;
  fc.assert(
    fc.property(config, fc.array(message, { minLength: 2, maxLength: 30 }), (settings, messages) => {
      const compiled = compileRouting(settings);
      const seen = new Map<string, string>();
      const keys = new Map<string, string>();
      // Each also through another of our accounts, which some scopes tell apart and others do not.
      for (const one of messages.flatMap((said) => [said, { ...said, account: "other" }])) {
        const route = resolveRoute(compiled, one);
        const source = JSON.stringify(sourceOf(route, one));
        const before = seen.get(route.sessionKey);
        assert.ok(before === undefined || before === source, `${route.sessionKey} is the key of ${before} and of ${source}`);
        if (before !== undefined) shared++;
        seen.set(route.sessionKey, source);
        assert.equal(keys.get(source) ?? route.sessionKey, route.sessionKey, `${source} has two keys`);
        keys.set(source, route.sessionKey);
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(shared > 1000, "the property is tried on sources that do share");
});

test("every explanation replays to the same key", () => {
  fc.assert(
    fc.property(config, message, (settings, one) => {
      const route = resolveRoute(settings, one);
      assert.equal(replayRoute(route.why, settings, one), route.sessionKey);
      assert.equal(route.why.key.sessionKey, route.sessionKey);
    }),
    { numRuns: 3000 },
  );
});

test("a key that was printed can be typed again", () => {
  fc.assert(
    fc.property(config, message, (settings, one) => {
      const { sessionKey } = resolveRoute(settings, one);
      const typed = resolveRoute(settings, { channel: "webchat", sessionKey });
      assert.equal(typed.sessionKey, sessionKey);
    }),
    { numRuns: 3000 },
  );
});

test("P1 under the default scope nobody but the owner gets the main session", () => {
  fc.assert(
    fc.property(message, (one) => {
      const route = resolveRoute({ channels: { telegram: { allowFrom: ["1"] } } }, one);
      if (one.kind === "dm" && !route.isOwner) assert.notEqual(route.sessionKey, route.mainSessionKey);
      if (route.sessionKey === route.mainSessionKey) assert.deepEqual([one.channel, one.sender], ["telegram", "1"]);
    }),
    { numRuns: 2000 },
  );
});

test("routing is pure: the same question has the same answer", () => {
  fc.assert(
    fc.property(config, message, (settings, one) => {
      const compiled = compileRouting(settings);
      assert.deepEqual(resolveRoute(compiled, one), resolveRoute(compiled, one));
      assert.deepEqual(resolveRoute(settings, one), resolveRoute(compiled, one));
    }),
  );
});
