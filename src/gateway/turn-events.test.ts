import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TurnEvent } from "../domain/turn.ts";
import { createConnections } from "./connections.ts";
import type { Connection } from "./connections.ts";
import { fakeTime } from "./fake-time.test-kit.ts";
import type { Protocol } from "./options.ts";
import { createRuns } from "./runs.ts";
import { createTurnEvents } from "./turn-events.ts";

interface Sent {
  readonly event: string;
  readonly seq: number;
  readonly payload: Record<string, unknown> & { readonly data?: Record<string, unknown>; readonly message?: { content: { text: string }[]; model?: string; provider?: string } };
}

const LIMITS = { handshakeTimeoutMs: 1, tickIntervalMs: 1, maxPayload: 1, maxBufferedBytes: 10_000_000 };
const FRAME = { turnId: "t1", runIds: ["a"], sessionKey: "agent:main:main", sessionId: "s1", agentId: "main", at: 5 };
const REPLY = { address: { channel: "telegram", account: "default", chat: "1", thread: null }, audience: "owner", peer: "42", replyTo: null };
const USAGE = { input: 3, output: 2, cacheRead: null, cacheWrite: null };

function started(changes: Partial<Extract<TurnEvent, { kind: "started" }>> = {}): TurnEvent {
  return { ...FRAME, kind: "started", reply: REPLY, texts: ["hi"], senderName: "Ann", draft: null, ...changes };
}

function stage() {
  const time = fakeTime(1_000);
  const connections = createConnections(LIMITS);
  const turns = createTurnEvents({ connections, runs: createRuns(), clock: time.clock, after: time.after });
  function listen(protocol: Protocol, read = true) {
    const sent: Sent[] = [];
    const closed: string[] = [];
    const wire = { buffered: 0, open: true, send: (data: string | Buffer) => void sent.push(JSON.parse(String(data))), close: (code: number, reason: string) => void closed.push(`${code} ${reason}`) };
    const connection: Connection = {
      caller: { channel: "terminal", connectionId: `c${protocol}`, clientName: "test" },
      protocol,
      wire,
      may: () => read,
      gone: new AbortController().signal,
      follows: { all: false, keys: new Set() },
    };
    connections.add(connection);
    return { sent, closed, wire, of: (event: string, what?: string) => sent.filter((frame) => frame.event === event && (what === undefined || frame.payload.state === what || frame.payload.stream === what)) };
  }
  function stream(parts: readonly string[], everyMs: number): void {
    let text = "";
    for (const delta of parts) {
      text += delta;
      turns.onTurnEvent({ ...FRAME, kind: "delta", delta, text });
      time.pass(everyMs);
    }
  }
  return { time, turns, connections, listen, stream };
}

describe("a turn as events (spec 11.4)", () => {
  it("tells the input with its channel and sender, then start, text and end in order", () => {
    const { turns, listen, stream } = stage();
    const client = listen(4);
    turns.onTurnEvent(started());
    stream(["Hel", "lo"], 200);
    turns.onTurnEvent({ ...FRAME, kind: "committed", held: null, text: "Hello", model: "mock/echo-1", usage: USAGE });
    const story = client.sent.map(({ event, payload }) => `${event} ${payload.stream ?? payload.state} ${payload.data?.phase ?? ""}`.trim());
    assert.deepEqual(story, ["agent lifecycle start", "agent input", "agent assistant", "chat delta", "agent assistant", "chat delta", "agent lifecycle end", "chat final"]);
    assert.deepEqual(client.of("agent", "input")[0]?.payload.data, { texts: ["hi"], channel: "telegram", senderName: "Ann" });
    assert.deepEqual(client.of("agent").map(({ payload }) => payload.seq), [1, 2, 3, 4, 5]);
    assert.deepEqual(client.sent.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7, 8]);
    const final = client.of("chat", "final")[0]?.payload;
    assert.deepEqual([final?.channel, final?.usage, final?.message?.content, final?.message?.model], ["telegram", { input: 3, output: 2 }, [{ type: "text", text: "Hello" }], "echo-1"]);
  });

  it("tells `chat` deltas about every 150 ms, whose parts join to the whole", () => {
    const { turns, listen, stream } = stage();
    const client = listen(4);
    const parts = Array.from({ length: 100 }, (_, i) => `w${i} `);
    turns.onTurnEvent(started());
    stream(parts, 10);
    const deltas = client.of("chat", "delta");
    assert.equal(deltas.length, 7);
    assert.equal(deltas.map(({ payload }) => payload.deltaText).join(""), deltas.at(-1)?.payload.message?.content[0]?.text);
    turns.onTurnEvent({ ...FRAME, kind: "committed", held: null, text: parts.join(""), model: "m/x", usage: USAGE });
    assert.equal(client.of("chat", "delta").map(({ payload }) => payload.deltaText).join(""), parts.join(""), "nothing is left to the final alone");
    const spoken = client.of("agent", "assistant");
    assert.equal(spoken.map(({ payload }) => payload.data?.delta).join(""), parts.join(""));
    assert.ok(spoken.length <= 27, `${spoken.length} agent deltas`);
  });

  it("gives protocol 3 no deltaText and protocol 4 both", () => {
    const { turns, listen, stream } = stage();
    const [old, current] = [listen(3), listen(4)];
    turns.onTurnEvent(started());
    stream(["a"], 200);
    assert.equal(old.of("chat", "delta")[0]?.payload.deltaText, undefined);
    assert.equal(old.of("chat", "delta")[0]?.payload.message?.content[0]?.text, "a");
    assert.equal(current.of("chat", "delta")[0]?.payload.deltaText, "a");
  });

  it("marks a text that begins anew as a replacement", () => {
    const { turns, listen, stream } = stage();
    const client = listen(4);
    turns.onTurnEvent(started());
    stream(["first try"], 200);
    turns.onTurnEvent(started());
    stream(["second"], 200);
    const last = client.of("chat", "delta").at(-1)?.payload;
    assert.deepEqual([last?.deltaText, last?.replace], ["second", true]);
  });

  it("ends every run of a turn once, and streams under the first alone", () => {
    const { turns, listen } = stage();
    const client = listen(4);
    const runIds = ["a", "b"];
    turns.onTurnEvent(started({ runIds }));
    turns.onTurnEvent({ ...FRAME, runIds, kind: "delta", delta: "x", text: "x" });
    const end: TurnEvent = { ...FRAME, runIds: ["a", "b", "c"], kind: "committed", held: null, text: "x", model: "m/x", usage: USAGE };
    turns.onTurnEvent(end);
    turns.onTurnEvent(end);
    turns.onTurnEvent({ ...FRAME, runIds: ["b"], kind: "failed", text: "late" });
    assert.deepEqual(client.of("chat", "delta").map(({ payload }) => payload.runId), ["a"]);
    assert.deepEqual(client.of("chat", "final").map(({ payload }) => payload.runId), ["a", "b", "c"]);
    assert.equal(client.of("chat", "error").length, 0);
    assert.deepEqual(client.of("agent", "assistant").map(({ payload }) => payload.runId), ["a", "b", "c"], "who waits for b or c sees the text too");
  });

  it("a silent run ends with a final that has no message", () => {
    const { turns, listen } = stage();
    const client = listen(4);
    turns.onTurnEvent({ ...FRAME, kind: "committed", held: null, text: "", model: "m/x", usage: USAGE });
    assert.equal(client.of("chat", "final").length, 1);
    assert.equal(client.of("chat", "final")[0]?.payload.message, undefined);
  });

  it("tells a stop with what was said until then, and a failure in the words for the person", () => {
    const { turns, listen, stream } = stage();
    const client = listen(4);
    turns.onTurnEvent(started());
    stream(["part"], 10);
    turns.onTurnEvent({ ...FRAME, kind: "aborted", text: "part", reason: "TURN_ABORTED" });
    const aborted = client.of("chat", "aborted")[0]?.payload;
    assert.deepEqual([aborted?.stopReason, aborted?.message?.content[0]?.text], ["stop", "part"]);
    turns.onTurnEvent({ ...FRAME, turnId: "t2", runIds: ["z"], kind: "failed", text: "⚠️ The model is busy. Try again." });
    assert.equal(client.of("chat", "error")[0]?.payload.errorMessage, "⚠️ The model is busy. Try again.");
    assert.deepEqual(client.of("agent", "lifecycle").at(-1)?.payload.data, { phase: "error", error: "⚠️ The model is busy. Try again.", endedAt: 5 });
  });

  it("an answer to a command comes from no model", () => {
    const { turns, listen } = stage();
    const client = listen(4);
    turns.publishCommandReply({ runId: "cmd", sessionKey: "agent:main:main", text: "New session." });
    turns.publishCommandReply({ runId: "cmd", sessionKey: "agent:main:main", text: "New session." });
    turns.onTurnEvent({ ...FRAME, runIds: ["cmd-2"], kind: "committed", held: null, text: "Reset.", model: null, usage: USAGE });
    const finals = client.of("chat", "final").map(({ payload }) => [payload.runId, payload.message?.provider, payload.message?.model]);
    assert.deepEqual(finals, [["cmd", "openclaw", "gateway-injected"], ["cmd-2", "openclaw", "gateway-injected"]]);
  });

  it("a client without read gets none of it, and its seq has no holes", () => {
    const { turns, listen, connections } = stage();
    const [deaf, reader] = [listen(4, false), listen(4)];
    turns.onTurnEvent(started());
    connections.broadcast({ event: "tick", scope: null, run: null, payload: () => ({ ts: 1 }) });
    assert.deepEqual(deaf.sent.map(({ event, seq }) => [event, seq]), [["tick", 1]]);
    assert.deepEqual(reader.sent.map(({ seq }) => seq), [1, 2, 3]);
  });

  it("skips parts for a slow reader, then catches it up with the whole, without a hole in seq", () => {
    const { turns, listen, stream, time } = stage();
    const [slow, quick] = [listen(4), listen(4)];
    turns.onTurnEvent(started());
    stream(["one "], 200);
    slow.wire.buffered = 2_000_000;
    turns.onTurnEvent({ ...FRAME, kind: "delta", delta: "two ", text: "one two " });
    time.pass(200);
    slow.wire.buffered = 0;
    turns.onTurnEvent({ ...FRAME, kind: "delta", delta: "three", text: "one two three" });
    assert.deepEqual(quick.of("chat", "delta").map(({ payload }) => payload.deltaText), ["one ", "two ", "three"]);
    assert.deepEqual(slow.of("chat", "delta").map(({ payload }) => [payload.deltaText, payload.replace]), [["one ", undefined], ["one two three", true]]);
    assert.deepEqual(slow.of("agent", "assistant").at(-1)?.payload.data, { text: "one two three" });
    assert.deepEqual(slow.sent.map(({ seq }) => seq), slow.sent.map((_, i) => i + 1));
  });

  it("closes a reader that lets too much pile up", () => {
    const { listen, connections } = stage();
    const client = listen(4);
    client.wire.buffered = 10_000_001;
    connections.broadcast({ event: "tick", scope: null, run: null, payload: () => ({ ts: 1 }) });
    assert.deepEqual(client.closed, ["1008 slow consumer"]);
    assert.equal(connections.list().length, 0);
  });
});
