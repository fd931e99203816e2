import assert from "node:assert/strict";
import { test } from "node:test";
import { NOW } from "../testing/fake-cli.ts";
import { ALICE_MOVES, planRow, writingCli, type FakeOperation, type WritingOptions } from "../testing/writing-cli.ts";

const REQUEST = { code: "ABCD2345", channel: "telegram", account: "default", surface: "dm", senderId: "42", senderName: "Alice", createdAt: NOW - 300_000, expiresAt: NOW + 3_300_000 };

/** Harmless unless the test says otherwise; applied at once then, save for a dry run. */
function approving(answer: { plan?: object; shares?: string[]; sessionKey?: string } = {}): FakeOperation {
  const { plan = planRow(), shares = [], sessionKey = "agent:main:telegram:dm:42" } = answer;
  const harmless = answer.plan === undefined;
  return ({ approve, dryRun }) => ({ applied: dryRun !== true && (harmless || approve === true), plan, sessionKey, shares, request: REQUEST });
}

function operations(approve: FakeOperation): Readonly<Record<string, FakeOperation>> {
  return {
    "pairing.list": ({ channel }) => ({ requests: channel === undefined || channel === "telegram" ? [REQUEST] : [] }),
    "people.list": () => ({ people: [{ name: "Ada", role: "owner" }, { name: "Bob", role: "member" }], guests: [], total: 2, hasMore: false }),
    "pairing.approve": approve,
    "pairing.reject": () => ({ ok: true }),
  };
}

async function run(approve: FakeOperation, options: WritingOptions, ...argv: string[]) {
  const cli = writingCli({ operations: operations(approve), ...options });
  const code = await cli.run("pairing", ...argv);
  cli.remove();
  return { cli, code, asked: cli.calls.filter(({ method }) => method.startsWith("pairing.approve")).map(({ params }) => params) };
}

test("pairing list shows the code, who it is, and how long it is good for", async () => {
  const { cli } = await run(approving(), {}, "list", "Telegram");
  assert.deepEqual(cli.calls, [{ how: "read", method: "pairing.list", params: { channel: "telegram" } }]);
  assert.equal(
    cli.stdout(),
    "CODE      CHANNEL   ACCOUNT  SENDER  NAME   ASKED          GOOD FOR\nABCD2345  telegram  default  42      Alice  5 minutes ago  55m left\n",
  );
  assert.equal((await run(approving(), {}, "list", "slack")).cli.stdout(), "Nobody is waiting to be let in.\n");
  assert.deepEqual((await run(approving(), {}, "list", "--json")).cli.json(), { requests: [REQUEST], total: 1 });
});

test("OpenClaw's form, and the code alone, let a guest in where nobody can be asked, and the output says so", async () => {
  for (const words of [["telegram", "ABCD2345"], ["abcd2345"]]) {
    const { cli, code, asked } = await run(approving(), {}, "approve", ...words);
    assert.equal(code, 0);
    assert.deepEqual(asked, [{ ...(words.length === 2 ? { channel: "telegram" } : {}), code: "ABCD2345", who: { kind: "guest" }, approve: true }]);
    assert.equal(
      cli.stdout(),
      [
        "✓ Alice (telegram 42) is let in as a guest.",
        "  They will get a conversation of their own: agent:main:telegram:dm:42",
        "  Nobody said who this is, so a guest was assumed: --me, --person NAME or --guest says it.",
        "",
      ].join("\n"),
    );
  }
});

test("P1 on a terminal it asks who this is and says which conversation they will share before the last yes", async () => {
  const main = approving({ sessionKey: "agent:main:main", shares: ["you"] });
  const { cli, code, asked } = await run(main, { answers: ["me", true] }, "approve", "telegram", "ABCD2345");
  assert.equal(code, 0);
  assert.deepEqual(cli.questions.map(({ question }) => question), ["Who is Alice (telegram 42)?", "Let Alice (telegram 42) in as you?"]);
  assert.deepEqual(cli.questions[0]?.choices?.map(({ label }) => label), ["me", "Ada", "Bob", "somebody else: I type the name", "a guest, with a conversation of their own"]);
  assert.deepEqual(asked.map(({ who, approve, dryRun }) => [who, approve, dryRun]), [[{ kind: "me" }, undefined, true], [{ kind: "me" }, true, undefined]]);
  assert.match(cli.stdout(), /^No conversation changes its place\.\nYou will share agent:main:main with: you\n✓ Alice \(telegram 42\) is let in as you\./);
});

test("an existing person, a new name and a guest can be chosen", async () => {
  for (const [answers, who] of [
    [["person:Bob", true], { kind: "person", name: "Bob" }],
    [["new", "  Carol ", true], { kind: "person", name: "Carol" }],
    [["guest", true], { kind: "guest" }],
  ] as const) {
    const { code, asked } = await run(approving(), { answers }, "approve", "ABCD2345");
    assert.equal(code, 0);
    assert.deepEqual(asked.map((params) => params.who), [who, who]);
  }
});

test("a flag answers the question who, and the yes is still asked for", async () => {
  const { cli, asked } = await run(approving({ sessionKey: "agent:main:person:Bob", shares: ["Bob", "Eve"] }), { answers: [true] }, "approve", "ABCD2345", "--person", "Bob");
  assert.deepEqual(cli.questions, [{ question: "Let Alice (telegram 42) in as Bob?" }]);
  assert.match(cli.stdout(), /They will share agent:main:person:Bob with: Bob and Eve\n/);
  assert.equal(asked.length, 2);
  const yes = await run(approving(), { answers: [] }, "approve", "ABCD2345", "--person", "Bob", "--yes");
  assert.deepEqual([yes.code, yes.asked.map(({ approve }) => approve)], [0, [true]]);
});

test("a question that is left lets nobody in and exits with 130; no lets nobody in and exits with 1", async () => {
  for (const [answers, exit] of [[[null], 130], [["new", null], 130], [["me", null], 130], [["me", false], 1]] as const) {
    const { cli, code, asked } = await run(approving(), { answers }, "approve", "ABCD2345");
    assert.equal(code, exit);
    assert.ok(asked.every(({ dryRun }) => dryRun === true));
    assert.equal(cli.stderr(), "Nothing was changed.\n");
  }
});

test("P1 without a terminal, letting somebody into history that others wrote needs --yes", async () => {
  const shared = approving({ plan: ALICE_MOVES, sessionKey: "agent:main:main", shares: ["you"] });
  const refused = await run(shared, {}, "approve", "ABCD2345", "--me");
  assert.equal(refused.code, 1);
  assert.match(refused.cli.stderr(), /CHANGE_NEEDS_APPROVAL/);
  assert.match(refused.cli.stdout(), /You will share agent:main:main with: you\n$/);
  const done = await run(shared, {}, "approve", "ABCD2345", "--me", "--yes", "--json");
  assert.deepEqual([done.code, done.cli.json().applied], [0, true]);
});

test("a code that nobody waits with is told before anything is asked", async () => {
  const { cli, code, asked } = await run(approving(), { answers: [] }, "approve", "slack", "ABCD2345");
  assert.equal(code, 1);
  assert.match(cli.stderr(), /^error: Nobody waits with the code ABCD2345 on slack\. \[PAIRING_UNKNOWN\]\n/);
  assert.deepEqual(asked, []);
});

test("two answers to who it is are a mistake of the command line, and so are three words", async () => {
  assert.equal((await run(approving(), {}, "approve", "ABCD2345", "--me", "--guest")).code, 2);
  const { cli, code } = await run(approving(), {}, "approve", "telegram", "work", "ABCD2345");
  assert.equal(code, 1);
  assert.match(cli.stderr(), /REQUEST_INVALID/);
});

test("reject takes the request off the list", async () => {
  const { cli } = await run(approving(), {}, "reject", "telegram", "abcd2345");
  assert.deepEqual(cli.calls, [{ how: "write", method: "pairing.reject", params: { channel: "telegram", code: "ABCD2345" } }]);
  assert.equal(cli.stdout(), "The request ABCD2345 is rejected. Nobody is told.\n");
});
