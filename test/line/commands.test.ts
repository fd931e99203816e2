import assert from "node:assert/strict";
import { test } from "node:test";
import { describeSession } from "../../src/store/statements/describe-session.ts";
import { openTo, message, operator, startHarness } from "./harness.ts";

const MAIN = "agent:main:main";

test("session.resetTriggers says which words begin a new conversation; the usual ones are text then", async () => {
  const h = await startHarness({ resetTriggers: ["/fresh"] });
  try {
    await h.receive(operator("hello"));
    await h.settled();
    const first = await h.store.get(describeSession, { key: MAIN });
    await h.receive(operator("/new thing"));
    await h.settled();
    assert.equal((await h.store.get(describeSession, { key: MAIN }))?.session_id, first?.session_id);
    assert.equal(h.requests.at(-1)?.messages.at(-1)?.text, "/new thing");
    await h.receive(operator("/fresh what is new?"));
    await h.settled();
    assert.notEqual((await h.store.get(describeSession, { key: MAIN }))?.session_id, first?.session_id);
    assert.deepEqual(h.requests.at(-1)?.messages.map(({ text }) => text), ["what is new?"]);
  } finally {
    await h.close();
  }
});

test("P27 a guest of a shared session cannot begin it anew: the word is text for the agent", async () => {
  const h = await startHarness({ config: { ...openTo("telegram"), session: { dmScope: "main" } } });
  try {
    await h.receive(message("the code is 1234", { sender: "1" }));
    await h.settled();
    const before = await h.store.get(describeSession, { key: MAIN });
    await h.receive(message("/new", { sender: "2" }));
    await h.settled();
    assert.equal((await h.store.get(describeSession, { key: MAIN }))?.session_id, before?.session_id);
    assert.equal(h.requests.at(-1)?.messages.at(-1)?.text, "/new");
  } finally {
    await h.close();
  }
});
