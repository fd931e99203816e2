import assert from "node:assert/strict";
import { test } from "node:test";
import { NOW } from "../testing/fake-cli.ts";
import { writingCli, type FakeOperation, type WritingOptions } from "../testing/writing-cli.ts";

const HELD = [
  { id: "d1", sessionKey: "agent:main:main", to: { channel: "telegram", account: "default", chat: "-100" }, toWhom: "the group Family", text: "\n Your salary is 12\u001b[2J\nmore", reason: "Ada's words, and others read there", createdAt: NOW - 7_200_000, state: "held" },
  { id: "d2", sessionKey: "agent:main:main", to: { channel: "slack", account: "work", chat: "C1", thread: "7" }, toWhom: "", text: "x".repeat(80), reason: "", createdAt: NOW, state: "held" },
];

const OPERATIONS: Readonly<Record<string, FakeOperation>> = {
  "outbox.list": () => ({ deliveries: HELD }),
  "outbox.release": () => ({ ok: true }),
  "outbox.drop": () => ({ ok: true }),
};

async function run(options: WritingOptions, ...argv: string[]) {
  const cli = writingCli({ operations: OPERATIONS, ...options });
  const code = await cli.run("outbox", ...argv);
  cli.remove();
  return { cli, code, methods: cli.calls.map(({ how, method }) => `${how} ${method}`) };
}

test("P6 the held replies are shown with to whom, since when, why, and their first line", async () => {
  const { cli } = await run({}, "list");
  assert.deepEqual(cli.calls, [{ how: "read", method: "outbox.list", params: { state: "held" } }]);
  assert.equal(
    cli.stdout(),
    [
      "ID  TO                SINCE        WHY                                 TEXT",
      "d1  the group Family  2 hours ago  Ada's words, and others read there  Your salary is 12[2J",
      `d2  slack/work C1:7   just now     -                                   ${"x".repeat(45)}...`,
      "Send one: continuo outbox release ID    Never send it: continuo outbox drop ID",
      "",
    ].join("\n"),
  );
});

test("--all has their state too, pages cut the list, and nothing held is said", async () => {
  const { cli } = await run({}, "list", "--all", "--limit", "1");
  assert.deepEqual(cli.calls[0]?.params, { state: "all" });
  assert.match(cli.stdout(), /^ID {2}STATE .*\nd1 {2}held .*\n1 more: --offset 1\n$/);
  const unknown = { ...HELD[0], state: "unknown" };
  assert.match((await run({ operations: { "outbox.list": () => ({ deliveries: [unknown] }) } }, "list", "--all")).cli.stdout(), /\nd1 {2}unknown-after-send {2}/);
  assert.deepEqual((await run({}, "list", "--json", "--offset", "1")).cli.json(), { deliveries: [HELD[1]], total: 2 });
  assert.equal((await run({ operations: { "outbox.list": () => ({ deliveries: [] }) } }, "list")).cli.stdout(), "No reply is held.\n");
});

test("release sends one after all", async () => {
  const { cli, code } = await run({}, "release", "d1");
  assert.equal(code, 0);
  assert.deepEqual(cli.calls, [{ how: "write", method: "outbox.release", params: { id: "d1" } }]);
  assert.equal(cli.stdout(), "d1 is on its way.\n");
});

test("drop shows what will never be sent, and asks; --yes does not ask", async () => {
  const asked = await run({ answers: [true] }, "drop", "d1");
  assert.deepEqual([asked.code, asked.methods], [0, ["read outbox.list", "write outbox.drop"]]);
  assert.equal(asked.cli.stdout(), "To the group Family: Your salary is 12[2J\nd1 is dropped.\n");
  const yes = await run({}, "drop", "d1", "--yes", "--json");
  assert.deepEqual([yes.methods, yes.cli.json()], [["write outbox.drop"], { ok: true }]);
});

test("drop without a yes drops nothing", async () => {
  for (const [answers, argv, exit, words] of [
    [[false], [], 1, /^Nothing was changed\.\n$/],
    [[null], [], 130, /^Nothing was changed\.\n$/],
    [undefined, [], 1, /CHANGE_NEEDS_APPROVAL/],
    [[], ["--json"], 1, /CHANGE_NEEDS_APPROVAL/],
  ] as const) {
    const { cli, code, methods } = await run(answers === undefined ? {} : { answers }, "drop", "d1", ...argv);
    assert.equal(code, exit);
    assert.ok(!methods.includes("write outbox.drop"));
    assert.match(cli.stderr(), words);
  }
});
