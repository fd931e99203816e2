import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelEvent } from "../../src/agent/providers/provider.ts";
import { compileAgents } from "../../src/agent/settings.ts";
import { UNKNOWN_USAGE, type Usage } from "../../src/domain/usage.ts";
import type { Services } from "../../src/operations/services.ts";
import { sessionRow } from "../../src/operations/session-row.ts";
import { tokensCell } from "../../src/cli/views/sessions.ts";
import { appendSummary, readCompactable } from "../../src/sessions/compaction.ts";
import { createIds } from "../../src/domain/ids.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { toSession } from "../../src/store/rows.ts";
import { describeSession } from "../../src/store/statements/describe-session.ts";
import { tamperIn } from "../store/database.ts";
import { hang, message, openTo, startHarness, until, type Answer, type Harness } from "./harness.ts";

const DM = "agent:main:telegram:dm:42";
const agents = compileAgents({ agents: { defaults: { model: "test/echo" } } });
const WINDOWS: Readonly<Record<string, number>> = { "test/echo": 200_000, "test/small": 20_000 };
const services = { settings: { agents: () => agents, contextTokens: (ref: string) => WINDOWS[ref] ?? 0 } } as unknown as Services;

async function shown(h: Harness) {
  const row = await h.store.get(describeSession, { key: DM });
  assert.ok(row);
  const { inputTokens, outputTokens, totalTokens, totalTokensFresh, cacheRead, cacheWrite, contextTokens } = sessionRow(services, toSession(row));
  return { inputTokens, outputTokens, totalTokens, totalTokensFresh, cacheRead, cacheWrite, cell: tokensCell(totalTokens ?? null, contextTokens) };
}

/** Answers, and reports what the test says. */
function reporting(script: readonly (Usage | "empty" | "hangs")[]): Answer {
  const left = [...script];
  return () => {
    const next = left.shift() ?? UNKNOWN_USAGE;
    return next === "hangs" ? partly() : told(next === "empty" ? "" : "an answer", next === "empty" ? { input: 900, output: 0, cacheRead: null, cacheWrite: null } : next);
  };
}

async function* told(text: string, usage: Usage): AsyncGenerator<ModelEvent> {
  if (text !== "") yield { kind: "text", delta: text };
  yield { kind: "finish", usage, stopReason: "stop" };
}

async function* partly(): AsyncGenerator<ModelEvent> {
  yield { kind: "text", delta: "half an" };
  yield* hang();
}

const cached: Usage = { input: 120, output: 45, cacheRead: 30_000, cacheWrite: 2_000 };
const NOTHING = { inputTokens: undefined, outputTokens: undefined, totalTokens: undefined, totalTokensFresh: false, cacheRead: undefined, cacheWrite: undefined };

test("P35 what is shown is what the provider reported for the last turn: cache and all, or unknown", async () => {
  const h = await startHarness({ config: openTo("telegram"), answers: { echo: reporting([cached, UNKNOWN_USAGE, { ...cached, input: 400, cacheRead: null, cacheWrite: null }, "hangs"]) } });
  const say = async (text: string) => {
    await h.receive(message(text));
    await h.settled();
    return shown(h);
  };
  const full = { inputTokens: 120, outputTokens: 45, totalTokens: 32_120, totalTokensFresh: true, cacheRead: 30_000, cacheWrite: 2_000, cell: "32k/200k (16%)" };
  assert.deepEqual(await say("one"), full);
  assert.deepEqual(await say("two"), { ...NOTHING, cell: "unknown/200k (?%)" }, "neither the figure before nor 0");
  assert.deepEqual(await say("three"), { ...NOTHING, inputTokens: 400, outputTokens: 45, totalTokens: 400, totalTokensFresh: true, cell: "0.4k/200k (0%)" });

  await h.receive(message("four"));
  await until("something of the answer is there", () => h.events.some((event) => event.kind === "delta" && event.delta === "half an"));
  await h.receive(message("/stop"));
  await h.settled();
  assert.deepEqual(await shown(h), { ...NOTHING, cell: "unknown/200k (?%)" }, "of an answer that was stopped nothing was reported");
  await h.close();
});

test("P35 another model's window counts from the moment when it is chosen, and a fallback's does not", async () => {
  const h = await startHarness({ config: openTo("telegram"), answers: { echo: reporting([cached]) } });
  await h.receive(message("one"));
  await h.settled();
  assert.equal((await shown(h)).cell, "32k/200k (16%)");
  await tamperIn(h.directory, "update sessions set model_override = 'test/small'");
  assert.equal((await shown(h)).cell, "32k/20k (161%)");
  await tamperIn(h.directory, "update sessions set model_override = null, model_last = 'test/small'");
  assert.equal((await shown(h)).cell, "32k/200k (16%)", "the next turn begins with the agent's own model");
  await h.close();
});

test("P35 an attempt that said nothing has used tokens: the sum has them, the context is the last request's", async () => {
  const h = await startHarness({ config: openTo("telegram"), answers: { echo: reporting(["empty", cached]) } });
  await h.receive(message("one"));
  await h.settled();
  const { inputTokens, outputTokens, totalTokens } = await shown(h);
  assert.deepEqual([inputTokens, outputTokens, totalTokens], [1_020, 45, 32_120]);
  await h.close();
});

test("P35 a new conversation shows nothing of the one before", async () => {
  const h = await startHarness({ config: openTo("telegram"), answers: { echo: reporting([cached]) } });
  await h.receive(message("one"));
  await h.receive(message("/new"));
  await h.settled();
  assert.deepEqual(await shown(h), { ...NOTHING, cell: "unknown/200k (?%)" });
  await h.close();
});

test("P35 once a conversation is summed up nobody knows how full it is, until the next answer says", async () => {
  const h = await startHarness({ config: openTo("telegram"), answers: { echo: reporting([cached, cached, { ...cached, cacheRead: 1_000 }]) } });
  for (const text of ["one", "two"]) {
    await h.receive(message(text));
    await h.settled();
  }
  const found = await readCompactable(h.store, DM, 1_000_000);
  await h.store.transaction((tx) => appendSummary(tx, found, { summary: "It was counted.", firstKeptSeq: 3, tokensBefore: 32_120 }, createIds(systemClock), systemClock.now()), DM);
  assert.deepEqual(await shown(h), { ...NOTHING, cell: "unknown/200k (?%)" });
  await h.receive(message("three"));
  await h.settled();
  assert.equal((await shown(h)).totalTokens, 3_120);
  await h.close();
});
