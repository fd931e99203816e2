import assert from "node:assert/strict";
import { test } from "node:test";
import { displayWidth } from "../display-width.ts";
import { paletteFor } from "../output.ts";
import { fakeCli } from "../testing/fake-cli.ts";
import { ALICE_MOVES, planRow } from "../testing/writing-cli.ts";
import { conversationName } from "./conversation-name.ts";
import { isHarmless, planLines, planOf, summaryOf, type PlanView } from "./plan.ts";

function viewOf(plan: object): PlanView {
  const view = planOf(plan);
  assert.ok(view !== null);
  return view;
}

function linesOf(plan: object, columns = 100): string[] {
  const cli = fakeCli();
  cli.remove();
  return planLines(viewOf(plan), columns, paletteFor(cli.deps.terminal));
}

test("a plan is readable without knowing a session key, warnings first", () => {
  assert.deepEqual(linesOf(ALICE_MOVES), [
    "┌ Who would newly see whose words ───────────────────────────────────┐",
    "│ • Bob would see 120 messages of Alice in Alice's own conversation. │",
    "└────────────────────────────────────────────────────────────────────┘",
    "",
    "What would happen",
    "  Alice's messages (120) leave the shared conversation and become Alice's own conversation.",
    "",
    "  ACTION    MESSAGES  FROM             TO",
    "  is split  120       agent:main:main  agent:main:person:Alice",
    "",
    "1 conversation is split, 14 stay as they are; 120 messages change place.",
  ]);
});

test("a split, a join and a move read differently", () => {
  const to = (key: string, messages: number, ...speakers: string[]) => ({ key, messages, speakers });
  const sessions = [
    { key: "agent:main:main", action: "split", messages: 10, to: [to("agent:main:main", 7, "Ada"), to("agent:main:telegram:dm:4%3A2", 3, "Alice", "Bob", "Carol", "Dan", "Eve")] },
    { key: "agent:main:slack:dm:U1", action: "merge", messages: 1, to: [to("agent:main:person:Chris", 1)] },
    { key: "agent:coder:home", action: "move", messages: 2, to: [to("agent:coder:main", 2, "Chris")] },
  ];
  const lines = linesOf(planRow({ sessions, moves: 1, splits: 1, merges: 1, messages: 6 }));
  assert.deepEqual(lines.slice(1, 4), [
    "  Ada's messages (7) stay in the shared conversation. The messages of Alice, Bob, Carol and 2 others (3) leave the shared conversation and become the telegram conversation of 4:2.",
    "  The messages (1) of the slack conversation of U1 join Chris' own conversation.",
    '  Chris\' messages (2) leave the conversation "home" (agent coder) and become the shared conversation (agent coder).',
  ]);
  assert.deepEqual(lines.slice(5, 10), [
    "  ACTION    MESSAGES  FROM                    TO",
    "  is split  10        agent:main:main         agent:main:main (7)",
    "                                              agent:main:telegram:dm:4%3A2 (3)",
    "  joins     1         agent:main:slack:dm:U1  agent:main:person:Chris",
    "  moves     2         agent:coder:home        agent:coder:main",
  ]);
  assert.equal(lines.at(-1), "1 conversation moves, 1 is split, 1 joins another; 6 messages change place.");
});

test("the gateway's own words stand where it has some", () => {
  const lines = linesOf(planRow({ sessions: [{ key: "k", action: "move", messages: 1, to: [], words: "Everything moves\u001b[2J." }], moves: 1, messages: 1, readers: [{ words: "Bob sees it all." }], lines: ["This takes a second."] }));
  assert.ok(lines.includes("│ • Bob sees it all.               │"));
  assert.ok(lines.includes("  Everything moves[2J."));
  assert.deepEqual(lines.slice(-2), ["This takes a second.", "1 conversation moves; 1 message changes place."]);
});

test("long lists are cut with a count, and no box is wider than the terminal", () => {
  const many = Array.from({ length: 30 }, (_, index) => index);
  const plan = planRow({
    sessions: many.map((index) => ({ key: `agent:main:telegram:dm:${index}`, action: "move", messages: 1, to: [{ key: "agent:main:main", messages: 1, speakers: [] }] })),
    moves: 30,
    messages: 30,
    readers: many.map((index) => ({ words: `Reader ${index} would newly see every single word that somebody with quite a long name has written 你好 in a group.` })),
  });
  const lines = linesOf(plan, 60);
  const box = lines.slice(0, lines.indexOf(""));
  const widths = new Set(box.map(displayWidth));
  assert.equal(widths.size, 1, "its right edge is straight");
  assert.ok(Math.max(...widths) <= 60);
  assert.match(box.at(-2) ?? "", /• \.\.\. and 18 more \(--json prints them all\)/);
  assert.ok(lines.includes("  ... and 22 more (--json prints them all)"), "the sentences");
  assert.ok(lines.includes("  ... and 10 more (--json prints them all)"), "the table");
  assert.equal(lines.filter((line) => line.startsWith("  moves")).length, 20);
});

test("settings stand with their values before and after", () => {
  const settings = [{ path: ["session", "dmScope"], before: null, after: "per-peer" }, { path: "session.owner", before: ["telegram:1"], after: "x".repeat(90) }];
  assert.deepEqual(linesOf(planRow({ settings })), [
    "Settings",
    "  SETTING          BEFORE          AFTER",
    '  session.dmScope  not set         "per-peer"',
    `  session.owner    ["telegram:1"]  "${"x".repeat(56)}...`,
    "",
    "No conversation changes its place.",
  ]);
});

test("an answer without a plan is none, and a plan that moves nothing and shows nobody anything is harmless", () => {
  for (const nothing of [null, undefined, {}, "x"]) assert.equal(planOf(nothing), null);
  assert.equal(isHarmless(viewOf(planRow({ stays: 4 }))), true);
  assert.equal(isHarmless(viewOf(planRow({ merges: 1 }))), false);
  assert.equal(isHarmless(viewOf(planRow({ readers: [{ words: "Bob" }] }))), false);
  assert.equal(summaryOf(viewOf(planRow({ moves: 2, stays: 1, messages: 5 }))), "2 conversations move, 1 stays as it is; 5 messages change place.");
});

test("conversations have names; a key of an unknown form keeps its own", () => {
  const cases: Readonly<Record<string, string>> = {
    "agent:main:main": "the shared conversation",
    "agent:main:person:Alice": "Alice's own conversation",
    "agent:main:dm:42": "the conversation of 42",
    "agent:main:telegram:work:dm:42": "the telegram/work conversation of 42",
    "agent:main:telegram:group:-100:topic:7": "the telegram group -100, thread 7",
    "agent:coder:slack:channel:C1": "the slack channel C1 (agent coder)",
    "agent:main:cron:daily": "agent:main:cron:daily",
    "agent:main:telegram:dm:%zz": "the telegram conversation of %zz",
    global: "global",
  };
  for (const [key, name] of Object.entries(cases)) assert.equal(conversationName(key), name);
});
