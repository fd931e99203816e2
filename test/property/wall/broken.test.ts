/** The negative control of the wall test: it is broken on purpose, and the guard and the self-test must see it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../src/domain/clock.ts";
import { createIds } from "../../../src/domain/ids.ts";
import { appendEntries, type NewEntry } from "../../../src/sessions/transcript.ts";
import { describeSession } from "../../../src/store/statements/describe-session.ts";
import { findConversation } from "../../../src/store/statements/find-conversation.ts";
import { listDeliveries } from "../../../src/store/statements/list-deliveries.ts";
import { listParticipantRows } from "../../../src/store/statements/list-participant-rows.ts";
import { tamperIn } from "../../store/database.ts";
import { message, openTo, startHarness, type Harness } from "../../line/harness.ts";

const ANN = "agent:main:telegram:dm:1";
const BOB = "agent:main:telegram:dm:2";

/** The marker that a sender's words carry. */
async function canaryOf(h: Harness, sender: string): Promise<string> {
  const [row] = await h.store.all(listParticipantRows, { session_key: `agent:main:telegram:dm:${sender}` });
  return row?.canary ?? assert.fail(`${sender} has no marker`);
}

async function said(h: Harness, text: string, sender: string): Promise<void> {
  await h.receive(message(text, { sender }));
  await h.settled();
}

type Smuggled = Pick<NewEntry, "role" | "text" | "compaction">;

/** Writes into Ann's transcript, behind the gateway's back, what Bob has said or what was answered to him. */
async function smuggle(h: Harness, entry: Smuggled): Promise<void> {
  const sessionId = (await h.store.get(describeSession, { key: ANN }))?.session_id ?? assert.fail("Ann has no session");
  const conversation = (await h.store.get(findConversation, { session_id: sessionId })) ?? assert.fail("and no conversation");
  const address = { channel: "telegram", account: "default", chat: "2", thread: null };
  const from = { senderId: "2", senderName: "Bob", person: null, address, audience: "peer:telegram:default:2" };
  const foreign: NewEntry = { ...entry, at: Date.now(), turnId: "smuggled", from, model: null, usage: null, stopReason: null };
  const target = { key: ANN, sessionId, after: conversation.entry_seq, parentId: conversation.leaf_id };
  await h.store.transaction((tx) => appendEntries(tx, target, [foreign], createIds(systemClock)));
}

/** Both have spoken, the wall is broken, and a gateway that remembers nothing of it takes over. */
async function withBrokenWall(canary: boolean, entryOf: (h: Harness) => Promise<Smuggled>, work: (h: Harness) => Promise<void>): Promise<void> {
  const options = { canary, config: openTo("telegram") };
  const first = await startHarness(options);
  await said(first, "I am Ann", "1");
  await said(first, "I am Bob and the code is 4711", "2");
  assert.equal(first.line.canaries.breaches, 0);
  await smuggle(first, await entryOf(first));
  await first.line.stop(1_000);
  await first.kill();
  const h = await startHarness({ ...options, directory: first.directory });
  try {
    await work(h);
  } finally {
    await h.close();
  }
}

test("P1 a foreign word in a session's transcript: the reply is held, and the other's goes out", async () => {
  await withBrokenWall(false, async () => ({ role: "user", text: "I am Bob and the code is 4711" }), async (h) => {
    await said(h, "what do you know?", "1");
    assert.ok(JSON.stringify(h.requests.at(-1)).includes("4711"), "the wall is broken indeed");
    const toAnn = h.channel("telegram").sent.map(({ part }) => part.text);
    assert.ok(toAnn.every((text) => !text.includes("4711") && !text.startsWith("echo")), "at most it is said that an answer waits");
    const [held, ...others] = await h.store.all(listDeliveries, { state: "held", limit: 10 });
    assert.equal(others.length, 0);
    assert.equal(held?.chat, "1");
    assert.match(held?.error ?? "", /telegram 1 would read an answer that could hold words of telegram 2/);
    await said(h, "and I?", "2");
    assert.deepEqual(h.channel("telegram").sent.filter(({ part }) => part.text.startsWith("echo")).map(({ address }) => address.chat), ["2"]);
  });
});

const OF_BOB = { channel: "telegram", account: "default", senderId: "2", audience: "peer:telegram:default:2" };

test("P1 a summary that stands for a foreign word: the reply is held, however long ago that was said", async () => {
  const summary: Smuggled = { role: "system", text: "Bob's code is 4711.", compaction: { firstKeptSeq: 1, tokensBefore: null, speakers: [OF_BOB] } };
  await withBrokenWall(false, async () => summary, async (h) => {
    await said(h, "what do you know?", "1");
    assert.ok(JSON.stringify(h.requests.at(-1)).includes("4711"), "the wall is broken indeed");
    assert.ok(h.channel("telegram").sent.every(({ part }) => !part.text.includes("4711") && !part.text.startsWith("echo")));
    const [held] = await h.store.all(listDeliveries, { state: "held", limit: 10 });
    assert.match(held?.error ?? "", /could hold words of telegram 2/);
  });
});

test("P1 a foreign word in a session's transcript: /export and /sessions show nothing of it to whoever speaks there", async () => {
  await withBrokenWall(false, async () => ({ role: "user", text: "I am Bob and the code is 4711" }), async (h) => {
    for (const command of ["/export", "/sessions find code", "/sessions code", "/clear", "/sessions code"]) await said(h, command, "1");
    const toAnn = h.channel("telegram").sent.map(({ part }) => part.text);
    assert.deepEqual(toAnn.filter((text) => /4711|Bob/.test(text)), []);
    const [held] = await h.store.all(listDeliveries, { state: "held", limit: 10 });
    assert.match(held?.text ?? "", /4711/, "what she asked for waits for the owner");
  });
});

test("P1 a conversation that somebody else began is shown by nothing that they said", async () => {
  const h = await startHarness({ config: openTo("telegram") });
  try {
    await said(h, "I am Ann", "1");
    await said(h, "I am Bob and the code is 4711", "2");
    // As an end of a link leaves it where nothing is moved.
    await tamperIn(h.directory, "update entries set session_key = ? where session_key = ?", ANN, BOB);
    await tamperIn(h.directory, "update conversations set key = ?, ended_at = 1 where key = ?", ANN, BOB);
    await tamperIn(h.directory, "delete from sessions where key = ?", BOB);
    await tamperIn(h.directory, "update participants set session_key = ? where session_key = ?", ANN, BOB);
    for (const command of ["/sessions", "/sessions 4711", "/sessions 1", "/sessions 2", "/clear", "/undo"]) await said(h, command, "1");
    const toAnn = h.channel("telegram").sent.filter(({ address }) => address.chat === "1").map(({ part }) => part.text);
    assert.deepEqual(toAnn.filter((text) => /Bob|code is/.test(text)), []);
    assert.ok(toAnn.some((text) => text.includes("I am Ann")), "her own are named as ever");
  } finally {
    await h.close();
  }
});

test("P1 a foreign canary in a session's transcript: the turn fails with WALL_BREACHED before a model is asked, and is counted", async () => {
  await withBrokenWall(true, async (first) => ({ role: "assistant", text: `Bob's code is 4711 [ref ${await canaryOf(first, "2")}]` }), async (h) => {
    await said(h, "what do you know?", "1");
    assert.equal(h.requests.length, 0, "no model was shown it");
    assert.equal(h.line.canaries.breaches, 1);
    assert.equal(h.events.filter(({ kind }) => kind === "failed").length, 1);
    const [sent, ...others] = h.channel("telegram").sent;
    assert.equal(others.length, 0);
    assert.match(sent?.part.text ?? "", /This answer was stopped/);
    assert.ok(!/4711|cnry-/.test(sent?.part.text ?? ""));
    await said(h, "and I?", "2");
    assert.equal(h.line.canaries.breaches, 1, "Bob's own marker is at home with Bob");
    assert.equal(h.requests.length, 1);
  });
});

test("P1 a model that says somebody else's canary: the answer is not sent, and is counted", async () => {
  const answers = {
    async *echo() {
      yield { kind: "text" as const, delta: `I heard ${await canaryOf(h, "2")}` };
      yield { kind: "finish" as const, usage: { input: 1, output: 1, cacheRead: null, cacheWrite: null }, stopReason: "stop" };
    },
  };
  const h: Harness = await startHarness({ canary: true, config: openTo("telegram"), answers });
  try {
    await said(h, "I am Bob", "2");
    assert.deepEqual(h.channel("telegram").sent.map(({ part }) => part.text), ["I heard "], "its own marker is taken out of what is shown");
    await said(h, "I am Ann", "1");
    assert.equal(h.line.canaries.breaches, 1);
    assert.match(h.channel("telegram").sent.at(-1)?.part.text ?? "", /This answer was stopped/);
  } finally {
    await h.close();
  }
});
