import assert from "node:assert/strict";
import { test } from "node:test";
import { toPrompt } from "../../src/agent/providers/prompt.ts";
import type { ModelEvent, ModelRequest } from "../../src/agent/providers/provider.ts";
import { hang, message, openTo, say, startHarness, until, type Answer, type Harness } from "./harness.ts";

const KEY = "agent:main:telegram:dm:42";

/** A model whose first request is held until `free` is called; it says `first` before that, if there is anything to say. */
function heldModel(first = "") {
  const gate = Promise.withResolvers<void>();
  let count = 0;
  async function* held(): AsyncGenerator<ModelEvent> {
    if (first !== "") yield { kind: "text", delta: first };
    await gate.promise;
    yield* say(" done");
  }
  const answer: Answer = (request) => (count++ === 0 ? held() : say(`echo: ${request.messages.at(-1)?.text ?? ""}`));
  return { answer, free: () => gate.resolve() };
}

async function start(queue: object, answer: Answer, extra: object = {}): Promise<Harness> {
  return startHarness({ config: { ...openTo("telegram"), messages: { queue } } as never, answers: { echo: answer }, ...extra });
}

function asked(request: ModelRequest | undefined): string[] {
  return request?.messages.filter(({ role }) => role === "user").map(({ text }) => text) ?? [];
}

function promptOf(request: ModelRequest | undefined): string {
  if (!request) return "";
  return toPrompt(request).map(({ content }) => (typeof content === "string" ? content : content.map((part) => ("text" in part ? part.text : "")).join(""))).join("\n");
}

const sentTo = (h: Harness): string[] => h.channel("telegram").sent.map(({ part }) => part.text);

test("collect: what came during a turn is one turn, in the frame that the model is told (spec 12.4)", async () => {
  const model = heldModel();
  const h = await start({}, model.answer);
  await h.receive(message("first"));
  await until("the first turn runs", () => h.requests.length === 1);
  for (const text of ["second", "third"]) await h.receive(message(text));
  model.free();
  await h.settled();
  assert.equal(h.requests.length, 2);
  assert.deepEqual(asked(h.requests[1]), ["first", "second", "third"], "each keeps its own words");
  assert.match(promptOf(h.requests[1]), /\[Queued messages while agent was busy\]\n\n---\nQueued #1 \(from Name of 42\)\nsecond\n\n---\nQueued #2 \(from Name of 42\)\nthird/);
  assert.deepEqual((await h.texts(KEY)).filter((line) => line.startsWith("user")), ["user: first", "user: second", "user: third"]);
  await h.close();
});

test("followup: one turn a message, in order", async () => {
  const model = heldModel();
  const h = await start({ mode: "follow-ups" }, model.answer);
  await h.receive(message("first"));
  await until("the first turn runs", () => h.requests.length === 1);
  for (const text of ["second", "third"]) await h.receive(message(text));
  model.free();
  await h.settled();
  assert.deepEqual(h.requests.map((request) => asked(request).at(-1)), ["first", "second", "third"]);
  assert.deepEqual(sentTo(h), [" done", "echo: second", "echo: third"]);
  await h.close();
});

test("steer: what comes before anything was said joins the turn, which is asked again; what comes later follows it", async () => {
  let speak = (): void => undefined;
  const h = await start({ mode: "steer" }, async function* (request): AsyncGenerator<ModelEvent> {
    if (asked(request).length === 1) return yield* hang();
    if (asked(request).includes("late")) return yield* say("follow-up");
    yield { kind: "text", delta: "both" };
    await new Promise<void>((resolve) => (speak = resolve));
    yield { kind: "finish", usage: { input: 1, output: 1, cacheRead: null, cacheWrite: null }, stopReason: "stop" };
  });
  await h.receive(message("first"));
  await until("the first request is made", () => h.requests.length === 1);
  await h.receive(message("wait, this too", { id: "second" }));
  await until("it was asked again and speaks", () => h.events.some(({ kind }) => kind === "delta"));
  assert.deepEqual(asked(h.requests[1]), ["first", "wait, this too"]);
  assert.deepEqual(h.events.filter(({ kind }) => kind === "joined").length, 1);
  await h.receive(message("late"));
  assert.equal(h.requests.length, 2, "something was said already");
  speak();
  await h.settled();
  assert.deepEqual(sentTo(h), ["both", "follow-up"]);
  assert.equal(h.channel("telegram").sent[0]?.replyTo, "second", "the reply answers the newest message of its turn");
  assert.deepEqual(await h.texts(KEY), ["user: first", "user: wait, this too", "assistant: both", "user: late", "assistant: follow-up"]);
  await h.close();
});

test("steer: another sender's message waits for its own turn", async () => {
  const model = heldModel();
  const h = await start({ mode: "steer" }, model.answer);
  const room = { chat: "-5", kind: "group" } as const;
  await h.receive(message("of Ann", { ...room, sender: "1" }));
  await until("the turn runs", () => h.requests.length === 1);
  await h.receive(message("of Bob", { ...room, sender: "2" }));
  await h.receive(message("of Ann again", { ...room, sender: "1" }));
  model.free();
  await h.settled();
  assert.deepEqual(h.requests.map((request) => asked(request).at(-1)), ["of Ann", "of Bob", "of Ann again"]);
  await h.close();
});

test("steer: what joined survives the death of the gateway", async () => {
  const h = await start({ mode: "steer" }, () => hang());
  await h.receive(message("first"));
  await until("the first request is made", () => h.requests.length === 1);
  await h.receive(message("second"));
  await until("it was asked again", () => h.requests.length === 2);
  await h.kill();
  const next = await startHarness({ directory: h.directory, config: openTo("telegram") });
  await next.settled();
  assert.deepEqual(next.requests.map(asked), [["first", "second"]]);
  assert.deepEqual(await next.texts(KEY), ["user: first", "user: second", "assistant: echo: second"]);
  await next.close();
});

test("interrupt: a newer message ends what runs; its partial answer is kept as cut off, and nothing is lost", async () => {
  const h = await start({ mode: "interrupt" }, async function* (request): AsyncGenerator<ModelEvent> {
    if (asked(request).at(-1) === "newest") return yield* say("answer");
    yield { kind: "text", delta: "Once upon" };
    yield* hang();
  });
  await h.receive(message("first"));
  await until("the answer begins", () => h.events.some(({ kind }) => kind === "delta"));
  await Promise.all([h.receive(message("between")), h.receive(message("newest"))]);
  await h.settled();
  const texts = await h.texts(KEY);
  assert.deepEqual(texts.slice(0, 2), ["user: first", "assistant: Once upon"]);
  assert.deepEqual(texts.filter((line) => line.startsWith("user")), ["user: first", "user: between", "user: newest"]);
  assert.equal(texts.at(-1), "assistant: answer");
  assert.deepEqual(sentTo(h).filter((text) => !text.startsWith("⚠️")), ["answer"]);
  await h.close();
});

test("interrupt: somebody else's message does not end what runs", async () => {
  const model = heldModel("I say");
  const h = await start({ mode: "interrupt" }, model.answer);
  const room = { chat: "-5", kind: "group" } as const;
  await h.receive(message("of Ann", { ...room, sender: "1" }));
  await until("the answer begins", () => h.events.some(({ kind }) => kind === "delta"));
  await h.receive(message("of Bob", { ...room, sender: "2" }));
  model.free();
  await h.settled();
  assert.deepEqual(h.events.filter(({ kind }) => kind === "aborted"), []);
  assert.deepEqual(sentTo(h), ["I say done", "echo: of Bob"]);
  await h.close();
});

for (const [drop, seen, block] of [
  ["summarize", ["four", "five"], "[Queue overflow] Dropped 2 messages due to cap.\nSummary:\n- two\n- three"],
  ["old", ["four", "five"], null],
  ["new", ["two", "three"], null],
] as const) {
  test(`a full queue drops by ${drop}: all is kept, the sender is told once, and the model sees what it should`, async () => {
    const model = heldModel();
    const h = await start({ cap: 2, drop }, model.answer);
    await h.receive(message("one"));
    await until("the first turn runs", () => h.requests.length === 1);
    for (const text of ["two", "three", "four", "five"]) await h.receive(message(text));
    model.free();
    await h.settled();
    assert.deepEqual(asked(h.requests[1]).filter((text) => !text.startsWith("-")), ["one", ...seen]);
    if (block) assert.ok(promptOf(h.requests[1]).includes(`[Queued messages while agent was busy]\n\n${block}\n\n---\nQueued #1`), promptOf(h.requests[1]));
    assert.deepEqual((await h.texts(KEY)).filter((line) => line.startsWith("user")), ["one", "two", "three", "four", "five"].map((text) => `user: ${text}`));
    assert.equal(sentTo(h).filter((text) => text.startsWith("⚠️")).length, 1);
    const dropped = h.events.flatMap((event) => (event.kind === "aborted" && event.reason === "TURN_DROPPED" ? event.runIds : []));
    assert.equal(dropped.length, 2, "whoever waits for their answer learns that none comes");
    await h.close();
  });
}

test("a line of the overflow is at most 160 characters, on one line", async () => {
  const model = heldModel();
  const h = await start({ cap: 1 }, model.answer);
  await h.receive(message("one"));
  await until("the first turn runs", () => h.requests.length === 1);
  await h.receive(message(`long\n${"👍".repeat(300)}`));
  await h.receive(message("last"));
  model.free();
  await h.settled();
  const line = h.requests[1]?.messages.find(({ queued }) => queued?.kind === "overflow")?.text ?? "";
  assert.match(line, /^- long 👍+…$/u);
  assert.equal(Array.from(line).length, "- ".length + 160);
  await h.close();
});

test("a flood of one person in a room pushes out nobody else's message", async () => {
  const model = heldModel();
  const h = await start({ cap: 3, drop: "old" }, model.answer);
  const room = { chat: "-5", kind: "group" } as const;
  await h.receive(message("first", { ...room, sender: "1" }));
  await until("the first turn runs", () => h.requests.length === 1);
  await h.receive(message("of Ann", { ...room, sender: "1" }));
  for (let i = 0; i < 20; i++) await h.receive(message(`of Bob ${i}`, { ...room, sender: "2" }));
  model.free();
  await h.settled();
  assert.deepEqual(h.requests.slice(1).map((request) => asked(request).at(-1)), ["of Ann", "of Bob 19"]);
  await h.close();
});

test("P4 a hundred messages during a turn: those over the cap are kept in order, and the others answered", async () => {
  const model = heldModel();
  const h = await start({}, model.answer);
  await h.receive(message("0"));
  await until("the first turn runs", () => h.requests.length === 1);
  for (let i = 1; i <= 100; i++) await h.receive(message(`${i}`));
  model.free();
  await h.settled();
  assert.deepEqual((await h.texts(KEY)).filter((line) => line.startsWith("user")), Array.from({ length: 101 }, (_, i) => `user: ${i}`));
  assert.deepEqual(asked(h.requests[1]).slice(-20), Array.from({ length: 20 }, (_, i) => `${i + 81}`));
  await h.close();
});

test("/queue chooses for the session, /queue default takes it back, and bare /queue says what is in force", async () => {
  const h = await start({ debounceMs: 500, cap: 7 }, (request) => say(`echo: ${asked(request).at(-1)}`), { queue: {}, debounceMs: 500 });
  const tell = async (text: string): Promise<string> => {
    await h.receive(message(text));
    await h.settled();
    return sentTo(h).at(-1) ?? "";
  };
  const now = async (): Promise<string> => (await tell("/queue")).split("\n")[0] ?? "";
  assert.equal(await now(), "Current queue settings: mode=collect, debounce=500ms, cap=7, drop=summarize.");
  assert.equal(await tell("/queue follow-ups debounce:2s cap:25 drop:old"), "⚙️ Queue mode set to followup. ⚙️ Queue debounce set to 2000ms. ⚙️ Queue cap set to 25. ⚙️ Queue drop set to old.");
  assert.equal(await now(), "Current queue settings: mode=followup, debounce=2000ms, cap=25, drop=old.");
  assert.match(await tell("/queue steer cap:0"), /^Invalid cap "0"\./);
  assert.match(await tell("/queue whatever"), /^Unrecognized queue mode "whatever"\. Valid modes: collect, followup/);
  assert.equal(await now(), "Current queue settings: mode=followup, debounce=2000ms, cap=25, drop=old.", "a wrong word changes nothing");
  assert.equal(await tell("/queue cap:30"), "⚙️ Queue cap set to 30.");
  assert.equal(await tell("/new"), "✅ New session started. The earlier conversation is kept.");
  assert.equal(await now(), "Current queue settings: mode=followup, debounce=2000ms, cap=30, drop=old.", "a new conversation keeps the choice (A14)");
  assert.equal(await tell("/queue default"), "⚙️ Queue mode reset to default.");
  assert.equal(await now(), "Current queue settings: mode=collect, debounce=500ms, cap=7, drop=summarize.");
  assert.deepEqual(await h.texts(KEY), [], "commands are not said to the agent");
  await h.close();
});

test("the session's choice goes before the channel's, and that before the general one", async () => {
  const model = heldModel();
  const h = await start({ mode: "collect", byChannel: { telegram: "followup" } }, model.answer);
  await h.receive(message("/queue collect"));
  await h.settled();
  await h.receive(message("first"));
  await until("the first turn runs", () => h.requests.length === 1);
  for (const text of ["second", "third"]) await h.receive(message(text));
  model.free();
  await h.settled();
  assert.equal(h.requests.length, 2, "collected, as the session chose");
  await h.close();
});
