import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ContinuoError } from "../domain/errors.ts";
import { compileRouting, resolveRoute, type RoutingMessage, type RoutingSource } from "./index.ts";
import { canonicalKey } from "./keys.ts";
import { sourceKey, subagentDepth, type Source, type SourceContext } from "./sources.ts";

const plain: SourceContext = { defaultAgentId: "main", main: "main" };
const agentId = "Coder";

const hook = { kind: "hook", agentId: null, requestKey: null, requestKeyAllowed: true, defaultSessionKey: null, uuid: "u1" } as const;
const chat = { kind: "chat-completions", agentId: null, header: null, user: null, uuid: "u1" } as const;
const responses = { ...chat, kind: "responses", previousKey: null } as const;

const ROWS: readonly (readonly [name: string, source: Source, key: string, fresh: boolean])[] = [
  ["a job in the main session", { kind: "cron-main", agentId: null }, "agent:main:main", false],
  ["a job in another agent's main session", { kind: "cron-main", agentId }, "agent:coder:main", false],
  ["an isolated job starts anew each time", { kind: "cron-isolated", agentId, jobId: "daily" }, "agent:coder:cron:daily", true],
  ["one run of it has a name", { kind: "cron-run", agentId, jobId: "daily", sessionId: "s-1" }, "agent:coder:cron:daily:run:s-1", false],
  ["a job's id is one segment", { kind: "cron-isolated", agentId: null, jobId: "a:run:b" }, "agent:main:cron:a%3Arun%3Ab", true],
  ["a job in a session that it names", { kind: "cron-session", agentId, key: "standup" }, "agent:coder:standup", false],
  ["a job in a chat that it names", { kind: "cron-session", agentId, key: "telegram:direct:5" }, "agent:coder:telegram:dm:5", false],
  ["a job that names another agent's session says so", { kind: "cron-session", agentId, key: "agent:ops:main" }, "agent:ops:main", false],
  ["a hook has a session of its own", hook, "agent:main:hook:u1", true],
  ["a hook may name its session", { ...hook, requestKey: "hook:mail", defaultSessionKey: "hook:all" }, "agent:main:hook:mail", true],
  ["a hook that may not name one gets the default", { ...hook, requestKey: "main", requestKeyAllowed: false, defaultSessionKey: "hook:all" }, "agent:main:hook:all", true],
  ["and without a default its own", { ...hook, requestKey: "main", requestKeyAllowed: false }, "agent:main:hook:u1", true],
  ["an empty key names nothing", { ...hook, requestKey: " ", defaultSessionKey: "" }, "agent:main:hook:u1", true],
  ["a wake-up is for the default agent's main session", { kind: "wake" }, "agent:main:main", false],
  ["a sub-agent", { kind: "subagent", agentId, parents: [], uuid: "a1b2c3d4" }, "agent:coder:subagent:a1b2c3d4", true],
  ["a sub-agent's sub-agent", { kind: "subagent", agentId: null, parents: ["a1"], uuid: "b2" }, "agent:main:subagent:a1:subagent:b2", true],
  ["a chat completion", chat, "agent:main:openai:u1", true],
  ["a chat completion of a user", { ...chat, agentId, user: "Ann@x.org" }, "agent:coder:openai-user:Ann@x.org", false],
  ["a chat completion with a header", { ...chat, header: "work", user: "ann" }, "agent:main:work", false],
  ["an empty user is nobody: he shares with nobody", { ...chat, user: "" }, "agent:main:openai:u1", true],
  ["a response", responses, "agent:main:openresponses:u1", true],
  ["a response for a user", { ...responses, user: "ann" }, "agent:main:openresponses-user:ann", false],
  ["a response that goes on", { ...responses, previousKey: "agent:main:openresponses:u0", user: "ann" }, "agent:main:openresponses:u0", false],
  ["a response with a header", { ...responses, header: "work", previousKey: "agent:main:openresponses:u0" }, "agent:main:work", false],
  ["a session id that a row has", { kind: "session-id", agentId: null, sessionId: "s1", key: "agent:coder:telegram:dm:5" }, "agent:coder:telegram:dm:5", false],
  ["a session id that no row has", { kind: "session-id", agentId: null, sessionId: "s1", key: null }, "agent:main:explicit:s1", false],
  ["a heartbeat", { kind: "heartbeat", agentId, session: null }, "agent:coder:main", false],
  ["a heartbeat elsewhere", { kind: "heartbeat", agentId, session: "pulse" }, "agent:coder:pulse", false],
  ["a node", { kind: "node", agentId: null, nodeId: "kitchen" }, "agent:main:node-kitchen", false],
];

describe("sessions of what is not a chat (spec 2.7)", () => {
  for (const [name, source, sessionKey, fresh] of ROWS) {
    test(name, () => {
      const made = sourceKey(source, plain);
      assert.deepEqual([made.sessionKey, made.fresh], [sessionKey, fresh]);
      const isAsked = ["chat-completions", "responses", "session-id", "node"].includes(source.kind);
      assert.equal(made.origin, isAsked ? "person" : "system", "only who asks keeps a session fresh (spec 4.3)");
      assert.equal(made.agentId, sessionKey.split(":")[1]);
    });
  }

  test("the main session keeps its name", () => {
    const home = { defaultAgentId: "ops", main: "home" };
    assert.equal(sourceKey({ kind: "wake" }, home).sessionKey, "agent:ops:home");
    assert.equal(sourceKey({ kind: "cron-session", agentId: null, key: "main" }, home).sessionKey, "agent:ops:home");
    assert.equal(sourceKey({ kind: "wake" }, { ...home, scope: "global" }).sessionKey, "global");
    assert.equal(sourceKey({ kind: "node", agentId: null, nodeId: "A" }, { ...home, main: "node-a" }).sessionKey, "agent:ops:%6Eode-A");
  });

  test("how deep a sub-agent is, is read from its key", () => {
    const keys = ["agent:main:main", "agent:a:subagent:1", "agent:a:subagent:1:subagent:2", "agent:a:telegram:dm:subagent:thread:1:2", "global"];
    assert.deepEqual(keys.map(subagentDepth), [0, 1, 2, 0, 0]);
  });

  for (const source of [{ kind: "cron-session", agentId: null, key: " " }, { kind: "cron-session", agentId: null, key: "agent:x" }, { ...chat, user: "x".repeat(600) }] as const) {
    test(`${JSON.stringify(source).slice(0, 70)} has no key`, () => {
      assert.throws(() => sourceKey(source, plain), (error) => error instanceof ContinuoError && error.code === "SESSION_KEY_INVALID");
    });
  }
});

describe("phone calls on a voice channel (spec 2.7)", () => {
  const call = (callId: string): RoutingMessage => ({ channel: "crabcallr", sender: callId });
  const keys = (config: RoutingSource) => ["call-1", "call-2"].map((id) => resolveRoute(config, call(id)).sessionKey);

  test("each call is a peer of its own, so the rule for direct messages decides", () => {
    assert.deepEqual(keys({}), ["agent:main:crabcallr:dm:call-1", "agent:main:crabcallr:dm:call-2"]);
    assert.deepEqual(keys({ session: { dmScope: "per-channel-peer" } }), ["agent:main:crabcallr:dm:call-1", "agent:main:crabcallr:dm:call-2"]);
    assert.deepEqual(keys({ session: { dmScope: "main" } }), ["agent:main:main", "agent:main:main"]);
    assert.deepEqual(keys({ channels: { crabcallr: { dmScope: "main" } } }), ["agent:main:main", "agent:main:main"]);
  });
});

const nasty = ["", "1", "a", "A", "a:b", "a%3Ab", ":", "dm", "direct", "group", "run", "subagent", "thread", "unknown", "%75nknown", "main", "home", "node-a", "é", "e\u0301", " x ", "\ud800"];
const id = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...nasty) }, { weight: 1, arbitrary: fc.string({ maxLength: 6 }) });
const agent = fc.constantFrom(null, "main", "b");

/** Every source that makes its own key: what somebody named may well be a chat's. */
const source: fc.Arbitrary<Source> = fc.oneof(
  fc.record({ kind: fc.constant("cron-isolated" as const), agentId: agent, jobId: id }),
  fc.record({ kind: fc.constant("cron-run" as const), agentId: agent, jobId: id, sessionId: id }),
  fc.record({ kind: fc.constant("subagent" as const), agentId: agent, parents: fc.array(id, { maxLength: 2 }), uuid: id }),
  fc.record({ ...{ kind: fc.constant("hook" as const), agentId: agent, requestKey: fc.constant(null), requestKeyAllowed: fc.boolean() }, defaultSessionKey: fc.constant(null), uuid: id }),
  fc.record({ kind: fc.constant("chat-completions" as const), agentId: agent, header: fc.constant(null), user: fc.constant(null), uuid: id }),
  fc.record({ kind: fc.constant("chat-completions" as const), agentId: agent, header: fc.constant(null), user: id.filter((text) => text.trim() !== ""), uuid: fc.constant("u") }),
  fc.record({ ...{ kind: fc.constant("responses" as const), agentId: agent, header: fc.constant(null), previousKey: fc.constant(null) }, user: fc.constant(null), uuid: id }),
  fc.record({ ...{ kind: fc.constant("responses" as const), agentId: agent, header: fc.constant(null), previousKey: fc.constant(null) }, user: id.filter((text) => text.trim() !== ""), uuid: fc.constant("u") }),
  fc.record({ kind: fc.constant("session-id" as const), agentId: agent, sessionId: id, key: fc.constant(null) }),
  fc.record({ kind: fc.constant("node" as const), agentId: agent, nodeId: id }),
);

const word = fc.constantFrom("telegram", "discord", "cron", "hook", "subagent", "openai", "openai-user", "openresponses", "explicit", "node-a", "node-1", "run", "a", "default");
const message: fc.Arbitrary<RoutingMessage> = fc.record({
  ...{ channel: word, account: word, kind: fc.constantFrom("dm" as const, "group" as const, "channel" as const) },
  ...{ sender: id, chat: id, thread: fc.option(id, { nil: null }) },
});

const dmScope = fc.constantFrom("auto" as const, "main" as const, "per-peer" as const, "per-channel-peer" as const, "per-account-channel-peer" as const);
const mainKey = fc.constantFrom("main", "home", "node-a", "node-A", "node-a:b", "cron", "hook", "subagent", "openai", "a:b", "%6eode-a");

/** One of ours among itself: equal only where every id is. */
const identity = (one: Source, fallback: string): string => JSON.stringify({ ...one, agentId: ("agentId" in one ? one.agentId : null) ?? fallback, requestKeyAllowed: null });

test("P10 no source has a chat's key or another source's, and each key is read back as it is", () => {
  let chats = 0;
  fc.assert(
    fc.property(mainKey, dmScope, fc.array(source, { minLength: 5, maxLength: 20 }), fc.array(message, { minLength: 15, maxLength: 30 }), (main, scope, sources, messages) => {
      const compiled = compileRouting({ session: { mainKey: main, dmScope: scope, owner: "telegram:1", identityLinks: { cron: ["telegram:a"], Hook: ["discord:1"] } } });
      const made = new Map<string, string>();
      for (const one of sources) {
        const { sessionKey, agentId: owner } = sourceKey(one, compiled);
        assert.deepEqual(canonicalKey(sessionKey, "somebody", compiled.main), { sessionKey, agentId: owner });
        const who = identity(one, compiled.defaultAgentId);
        assert.equal(made.get(sessionKey) ?? who, who, sessionKey);
        made.set(sessionKey, who);
      }
      for (const one of messages) {
        const { sessionKey, mainSessionKey } = resolveRoute(compiled, one);
        for (const key of [sessionKey, mainSessionKey]) assert.equal(made.get(key), undefined, `${key} is a chat's`);
        chats++;
      }
    }),
    { numRuns: 2000, seed: 27 },
  );
  assert.ok(chats > 20_000, "tried against many chats");
});

test("the same source has the same key", () => {
  fc.assert(fc.property(source, (one) => assert.deepEqual(sourceKey(one, plain), sourceKey(one, plain))), { seed: 28 });
});
