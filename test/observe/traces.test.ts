import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { until } from "../e2e/client.ts";
import { readLog } from "../e2e/house.ts";
import { openScene } from "../faults/scene.ts";
import { bundleVictim } from "../faults/victim.ts";
import { startOtlpServer, type CollectedSpan, type OtlpServer } from "../servers/otlp-server.ts";
import { observedHouse } from "./house.ts";

const SECRET = "the-word-that-no-trace-may-say";
/** So long that no time, span or figure has it by chance. */
const CHAT = 471_183_650_924;

async function collector(t: TestContext): Promise<OtlpServer> {
  const server = await startOtlpServer();
  t.after(() => server.close());
  return server;
}

function telemetry({ endpoint }: OtlpServer, more: object = {}): object {
  return { telemetry: { traces: { endpoint, headers: { "x-key": "of-the-collector" }, ...more } } };
}

/** The spans of the one trace that has all of these, once it has them. */
async function traceWith(server: OtlpServer, names: readonly string[]): Promise<CollectedSpan[]> {
  return until(`there is a trace of ${names.join(", ")}`, () => {
    const traces = Map.groupBy(server.spans(), ({ traceId }) => traceId);
    return [...traces.values()].find((spans) => names.every((name) => spans.some((span) => span.name === name))) ?? null;
  });
}

/** Each span as `parent > name`, in the order of their beginning. */
function tree(spans: readonly CollectedSpan[]): string[] {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return spans.toSorted((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0)).map(({ parentSpanId, name }) => `${parentSpanId === "" ? "-" : (names.get(parentSpanId) ?? "nobody")} > ${name}`);
}

const WHOLE_WAY = [
  "- > channels/telegram",
  "channels/telegram > people",
  "channels/telegram > admission",
  "channels/telegram > routing",
  "channels/telegram > inbox",
  "channels/telegram > turns",
  "turns > agent",
  "agent > model request",
  "turns > commit",
  "turns > outbox",
  "outbox > channels/telegram/send",
];

test("one message is one trace: every room is in it, within the one that it belongs to, and nobody's words or ids are", async (t) => {
  const server = await collector(t);
  const { telegram, stop } = await observedHouse(t, { config: telemetry(server) });
  await telegram.injectMessage({ chat: CHAT, from: { id: CHAT, name: SECRET, username: "the_username" }, text: `${SECRET} hello` });
  const spans = await traceWith(server, ["channels/telegram/send", "outbox", "turns", "channels/telegram"]);
  assert.deepEqual(tree(spans).toSorted(), WHOLE_WAY.toSorted());
  for (const span of spans) {
    assert.ok(span.startNs <= span.endNs, span.name);
    assert.deepEqual([span.failed, span.service], [false, "continuo"], span.name);
  }
  const attributes = (name: string) => spans.find((span) => span.name === name)?.attributes;
  assert.equal(attributes("model request")?.["gen_ai.request.model"], "mock/m");
  assert.equal(attributes("turns")?.["continuo.session"], attributes("channels/telegram")?.["continuo.session"]);
  assert.equal(server.headers()[0]?.["x-key"], "of-the-collector");
  await stop();
  for (const word of [SECRET, String(CHAT), "the_username", "agent:main"]) assert.ok(!server.text().includes(word), word);
});

test("messages that are collected into one turn keep a trace each, and a link leads to the one with the answer", async (t) => {
  const server = await collector(t);
  const release = Promise.withResolvers<void>();
  const { client, model } = await observedHouse(t, { config: { channels: {}, ...telemetry(server) }, behave: [{ kind: "hold", until: release.promise, first: "Well, " }] });
  const say = (message: string) => client.request("chat.send", { sessionKey: "main", message });
  await say("the first");
  await until("it is being answered", () => model.open() === 1);
  await Promise.all([say("two"), say("three")]);
  release.resolve();
  await client.settled();
  const collected = await until("both are traced", () => {
    const found = server.spans().filter(({ name, attributes }) => name === "turns" && String(attributes["continuo.messages"]) === "2");
    return found.length === 2 ? found : null;
  });
  const [one, other] = collected as [CollectedSpan, CollectedSpan];
  assert.notEqual(one.traceId, other.traceId);
  assert.deepEqual([one.links, other.links], [[other.traceId], [one.traceId]]);
  assert.equal(collected.filter(({ attributes }) => attributes["continuo.collected"] === true).length, 1);
});

test("a sample rate of nothing, or no endpoint, sends nothing", async (t) => {
  const server = await collector(t);
  const { client, stop } = await observedHouse(t, { config: { channels: {}, ...telemetry(server, { sampleRate: 0 }) } });
  await client.ask("hello");
  await stop();
  assert.deepEqual(server.spans(), []);
});

test("a collector that is away is told of once, and keeps neither a message nor the end waiting", async (t) => {
  const gone = await startOtlpServer();
  await gone.close();
  const { client, stop, stateDir } = await observedHouse(t, { config: { channels: {}, ...telemetry(gone) } });
  assert.match(await client.ask("hello"), /hello/);
  await stop();
  const lines = await until("the log is written", () => {
    const all = readLog(stateDir).map(({ msg }) => msg);
    return all.includes("stopped") ? all : null;
  });
  assert.equal(lines.filter((line) => line.startsWith("traces cannot be delivered")).length, 1);
});

test("a turn whose gateway is killed goes on in the same trace, in the next gateway's attempt", async (t) => {
  const server = await collector(t);
  const bundle = await bundleVictim();
  t.after(() => bundle.remove());
  const release = Promise.withResolvers<void>();
  let asked = 0;
  const scene = await openScene(t, bundle, { config: telemetry(server), behave: () => (asked++ === 0 ? { kind: "hold", until: release.promise, first: "Well, " } : { kind: "reply", text: "mark-a" }) });
  const first = await scene.start();
  await scene.tell(7, "please note mark-a");
  const [root] = await traceWith(server, ["channels/telegram", "inbox"]);
  await until("it is being answered", () => scene.model.open() === 1);
  await first.victim.kill();
  release.resolve();
  const { victim } = await scene.start();
  const spans = await traceWith(server, ["channels/telegram", "channels/telegram/send"]);
  assert.equal(spans[0]?.traceId, root?.traceId);
  assert.deepEqual(tree(spans).toSorted(), WHOLE_WAY.toSorted());
  assert.equal(String(spans.find(({ name }) => name === "turns")?.attributes["continuo.attempt"]), "2");
  assert.deepEqual(scene.heard(7), ["mark-a"]);
  await victim.stop();
});
