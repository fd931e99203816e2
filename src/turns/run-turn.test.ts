import assert from "node:assert/strict";
import { test } from "node:test";
import { UNKNOWN_USAGE } from "../domain/usage.ts";
import type { TurnEnd } from "./commit.ts";
import { unlessStopped } from "./run-turn.ts";

const answered: TurnEnd = { state: "committed", answer: { text: "all of it", model: "test/echo", usage: UNKNOWN_USAGE, stopReason: "stop" }, say: "all of it", error: null, held: null };

function signalOf(reason: string): AbortSignal {
  return AbortSignal.abort(reason);
}

test("an answer that was stopped after its last word is kept as cut off and not sent", () => {
  const end = unlessStopped(answered, signalOf("stop"));
  assert.deepEqual([end.state, end.say, end.answer?.text, end.answer?.stopReason], ["aborted", null, "all of it", "aborted"]);
});

test("an answer that was complete before the time or the gateway ended is sent", () => {
  for (const reason of ["timeout", "shutdown"]) assert.equal(unlessStopped(answered, signalOf(reason)), answered);
  assert.equal(unlessStopped(answered, new AbortController().signal), answered);
});

test("what a command has done stays told, stopped or not", () => {
  const told: TurnEnd = { state: "committed", answer: null, say: "New session.", error: null, held: null };
  assert.equal(unlessStopped(told, signalOf("stop")), told);
});
