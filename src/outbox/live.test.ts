import assert from "node:assert/strict";
import { test } from "node:test";
import type { Channel } from "../domain/channel.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { TurnEvent } from "../domain/turn.ts";
import { createLiveReplies } from "./live.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const address = { channel: "telegram", account: "default", chat: "42", thread: null };
const frame = { turnId: "t", runIds: ["r"], sessionKey: "k", sessionId: "s", agentId: "main", at: 0 };
const ENOUGH = "An answer that has something to show by now";

function live(over: { hasAll?: () => boolean; send?: () => void } = {}) {
  const sent: string[] = [];
  const asked = { count: 0 };
  const channel: Channel = {
    name: "telegram",
    accounts: ["default"],
    repeats: "ambiguous",
    start: async () => undefined,
    stop: async () => undefined,
    render: (text) => [{ text, plain: text }],
    async send({ part }) {
      sent.push(part.text);
      over.send?.();
      return { messageId: "7" };
    },
    edits: { intervalMs: 1, edit: async () => undefined },
  };
  let now = 0;
  const replies = createLiveReplies({
    clock: { now: () => now },
    log: quiet,
    channel: () => channel,
    async hasAll() {
      asked.count++;
      return over.hasAll?.() ?? true;
    },
    rememberDraft: async () => undefined,
  });
  const started: TurnEvent = { ...frame, kind: "started", reply: { address, audience: "owner", peer: "42", replyTo: null }, texts: ["q"], senderName: null, draft: null };
  replies.onTurnEvent(started);
  now = 1_000; // slow enough to be shown
  const say = (text: string): void => replies.onTurnEvent({ ...frame, kind: "delta", delta: text, text });
  return { replies, sent, asked, say };
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test("a beginning of an answer does not overtake an earlier answer that is still on its way to the chat", async () => {
  let clear = false;
  const { replies, sent, asked, say } = live({ hasAll: () => clear });
  say(ENOUGH);
  await until(() => asked.count >= 3);
  assert.deepEqual(sent, []);
  clear = true;
  await until(() => sent.length === 1);
  assert.deepEqual(sent, [`${ENOUGH} …`], "and says that it is a beginning");
  assert.equal(await replies.settle("t"), "7");
});

test("P16 a beginning that may or may not have arrived gets no second one beside it", async () => {
  const { replies, sent, say } = live({
    send() {
      throw new ContinuoError("CHANNEL_UNCERTAIN", "the connection broke");
    },
  });
  say(ENOUGH);
  await until(() => sent.length === 1);
  say(`${ENOUGH}, and more`);
  assert.equal(await replies.settle("t"), null);
  assert.equal(sent.length, 1);
});
