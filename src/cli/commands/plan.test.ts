import assert from "node:assert/strict";
import { test } from "node:test";
import { NOW } from "../testing/fake-cli.ts";
import { ALICE_MOVES, planRow, writingCli, type FakeOperation, type WritingOptions } from "../testing/writing-cli.ts";

const CHANGES = [
  { id: "c30", cause: "people", state: "undone", at: NOW - 60_000, mode: "repartition", words: "Bob became Robert" },
  { id: "c20", cause: "config", state: "applied", at: NOW - 3_600_000, mode: "repartition", words: "session.dmScope: auto -> per-peer" },
  { id: "c21", cause: "config", state: "applied", at: NOW - 7_200_000, mode: "fresh", words: "session.mainKey: main -> home" },
];

function operations(plan: object | null, waiting: object | null = null): Readonly<Record<string, FakeOperation>> {
  return {
    "changes.plan": () => ({ plan }),
    "changes.apply": (_params, onEvent) => {
      for (const done of [1, 2, 3]) onEvent?.({ event: "changes.progress", payload: { done, total: 3 } });
      return { applied: true, change: { id: "c40" }, plan, sessions: 3, messages: 120 };
    },
    "changes.list": () => ({ waiting, changes: CHANGES }),
    "changes.rollback": ({ id }) => ({ ok: true, change: { id }, sessions: 1 }),
  };
}

async function run(options: WritingOptions, ...argv: string[]) {
  const cli = writingCli(options);
  const code = await cli.run(...argv);
  cli.remove();
  return { cli, code, methods: cli.calls.map(({ how, method }) => `${how} ${method}`) };
}

const WAITING = { operations: operations(ALICE_MOVES) };

test("plan reads alone, and shows who would newly see whose words before anything else", async () => {
  const { cli, code, methods } = await run(WAITING, "plan");
  assert.equal(code, 0);
  assert.deepEqual(methods, ["read changes.plan"]);
  assert.deepEqual(cli.calls[0]?.params, {});
  assert.match(cli.stdout(), /^┌ Who would newly see whose words/);
  assert.match(cli.stdout(), /\nNothing was changed\. Do it: continuo apply\n$/);
});

test("plan takes settings as config set does, and those to take out", async () => {
  const argv = ["plan", "--json", "--set", "session.dmScope=per-peer", "--set", 'channels.telegram.groups["a=b"]={requireMention: false}', "--set", "session.owner=Ada=Eve", "--unset", "session.mainKey"];
  const { cli } = await run({ operations: operations(planRow()) }, ...argv);
  assert.deepEqual(cli.calls[0]?.params, {
    edits: [
      { path: ["session", "dmScope"], value: "per-peer" },
      { path: ["channels", "telegram", "groups", "a=b"], value: { requireMention: false } },
      { path: ["session", "owner"], value: "Ada=Eve" },
      { path: ["session", "mainKey"] },
    ],
  });
  assert.deepEqual(cli.json(), { plan: planRow() });
  const wrong = await run({ operations: operations(null) }, "plan", "--set", "session.dmScope");
  assert.equal(wrong.code, 1);
  assert.match(wrong.cli.stderr(), /--set session\.dmScope is not path=value/);
});

test("where nothing waits, plan and apply say so and change nothing", async () => {
  for (const plan of [null, planRow({ stays: 3 })]) {
    for (const argv of [["plan"], ["apply"]]) {
      const { cli, code, methods } = await run({ operations: operations(plan) }, ...argv);
      assert.deepEqual([code, methods], [0, ["read changes.plan"]]);
      assert.equal(cli.stdout(), "Nothing waits to be changed: every conversation stays where it is.\n");
    }
  }
  assert.deepEqual((await run({ operations: operations(null) }, "apply", "--json")).cli.json(), { applied: false, plan: null });
});

test("P20 apply shows the plan, asks, and tells how far it is and how to take it back", async () => {
  const { cli, code, methods } = await run({ ...WAITING, answers: [true] }, "apply", "--set", "session.dmScope=per-peer");
  assert.equal(code, 0);
  assert.deepEqual(methods, ["read changes.plan", "write changes.apply"]);
  assert.deepEqual(cli.calls[1]?.params, { edits: [{ path: ["session", "dmScope"], value: "per-peer" }], planId: "p2" });
  assert.deepEqual(cli.questions, [{ question: "Apply this?" }]);
  assert.equal(cli.stderr(), "\r1 of 3 sessions\r2 of 3 sessions\r3 of 3 sessions\n");
  assert.match(cli.stdout(), /✓ Done: 3 sessions and 120 messages changed place\.\n {2}Take it back: continuo rollback c40\n$/);
});

test("P20 without a yes nothing is applied: no, a question that is left, no terminal, --json", async () => {
  for (const [answers, json, exit, words] of [
    [[false], [], 1, /^Nothing was changed\.\n$/],
    [[null], [], 130, /^Nothing was changed\.\n$/],
    [undefined, [], 1, /CHANGE_NEEDS_APPROVAL/],
    [[], ["--json"], 1, /CHANGE_NEEDS_APPROVAL/],
  ] as const) {
    const { cli, code, methods } = await run({ ...WAITING, ...(answers === undefined ? {} : { answers }) }, "apply", ...json);
    assert.deepEqual([code, methods], [exit, ["read changes.plan"]]);
    assert.match(cli.stderr(), words);
    if (json.length > 0) assert.equal((cli.json().error as { code: string }).code, "CHANGE_NEEDS_APPROVAL");
  }
});

test("apply --yes --fresh carries nothing along and needs no terminal", async () => {
  const { cli, code } = await run(WAITING, "apply", "--yes", "--fresh");
  assert.equal(code, 0);
  assert.deepEqual(cli.calls[1]?.params, { mode: "fresh" });
  assert.match(cli.stdout(), /\n--fresh: no message is moved\./);
  assert.equal(cli.stderr(), "");
  assert.equal((await run(WAITING, "apply", "--yes", "--json")).cli.json().applied, true);
});

test("settings that move nothing and show nobody anything new need no yes", async () => {
  const plan = planRow({ settings: [{ path: "session.mainKey", before: null, after: "main" }] });
  const { cli, code, methods } = await run({ operations: operations(plan) }, "apply");
  assert.deepEqual([code, methods], [0, ["read changes.plan", "write changes.apply"]]);
  assert.match(cli.stdout(), /^Settings\n {2}SETTING +BEFORE +AFTER\n {2}session\.mainKey +not set +"main"\n/);
});

test("changes, and plan --list, print the history and what waits", async () => {
  for (const argv of [["changes"], ["plan", "--list"]]) {
    const { cli } = await run({ operations: operations(null, { id: "c50", cause: "config", at: NOW }) }, ...argv, "--limit", "2");
    assert.equal(
      cli.stdout(),
      [
        "A change waits for your yes: `continuo plan` shows it, `continuo apply` does it.",
        "",
        "ID   STATE    OF      MODE         WHEN          WHAT",
        "c30  undone   people  repartition  1 minute ago  Bob became Robert",
        "c20  applied  config  repartition  1 hour ago    session.dmScope: auto -> per-peer",
        "1 more: --offset 2",
        "",
      ].join("\n"),
    );
  }
  assert.deepEqual((await run(WAITING, "changes", "--json", "--offset", "2")).cli.json(), { waiting: null, changes: [CHANGES[2]], total: 3 });
});

test("rollback takes the newest change in force, says what that is, and asks", async () => {
  const { cli, code, methods } = await run({ ...WAITING, answers: [true] }, "rollback");
  assert.equal(code, 0);
  assert.deepEqual(methods, ["read changes.list", "write changes.rollback", "write changes.rollback"]);
  assert.deepEqual(cli.calls[1]?.params, { id: "c20", dryRun: true });
  assert.deepEqual(cli.calls[2]?.params, { id: "c20", approve: true });
  assert.equal(cli.stdout(), "Takes back c20, 1 hour ago: session.dmScope: auto -> per-peer\n✓ c20 is taken back: 1 session is as before.\n");
});

test("rollback takes an id or its beginning, and refuses what is not one change", async () => {
  assert.deepEqual((await run(WAITING, "rollback", "c3", "--yes", "--json")).cli.json(), { ok: true, change: { id: "c30" }, sessions: 1 });
  for (const [id, words] of [["c2", /More than one change is called c2/], ["x", /No change is called x/]] as const) {
    const { cli, code, methods } = await run(WAITING, "rollback", id, "--yes");
    assert.deepEqual([code, methods], [1, ["read changes.list"]]);
    assert.match(cli.stderr(), words);
  }
});

test("rollback without a yes changes nothing", async () => {
  for (const [answers, exit] of [[[null], 130], [[false], 1], [undefined, 1]] as const) {
    const { cli, code } = await run({ ...WAITING, ...(answers === undefined ? {} : { answers }) }, "rollback", "c20");
    assert.equal(code, exit);
    assert.ok(cli.calls.every(({ method, params }) => method !== "changes.rollback" || params.dryRun === true), "it was looked at, and no more");
  }
});
