import assert from "node:assert/strict";
import { test } from "node:test";
import { NOW } from "../testing/fake-cli.ts";
import { ALICE_MOVES, planRow, writingCli, type FakeOperation, type WritingOptions } from "../testing/writing-cli.ts";

const PEOPLE = [
  {
    name: "Ada",
    role: "owner",
    source: "both",
    identities: [
      { channel: "telegram", account: "default", peer: "1", displayName: "ada", provedBy: "file", provedAt: null },
      { channel: "slack", account: "work", peer: "U1", provedBy: "code", provedAt: NOW - 3_600_000 },
    ],
    sessions: ["agent:main:main"],
    messages: 340,
    lastAt: NOW - 120_000,
  },
  { name: "Bob\u001b[31m", role: "guest", source: "store", identities: [], sessions: [], messages: 0, lastAt: null },
];
const GUESTS = [{ identity: "discord:42", channel: "discord", account: "default", peer: "42", displayName: "eve", messages: 2, lastAt: NOW - 86_400_000, sessions: ["agent:main:discord:dm:42"] }];

/** Applies what is harmless or approved, as the operation does. */
function linking(plan: object, harmless = false): FakeOperation {
  return ({ approve, dryRun }) => (dryRun !== true && (harmless || approve === true) ? { applied: true, change: { id: "c1" }, plan } : { applied: false, plan });
}

async function run(options: WritingOptions, ...argv: string[]) {
  const cli = writingCli(options);
  const code = await cli.run(...argv);
  cli.remove();
  return { cli, code, wishes: cli.calls.map(({ how, params }) => [how, params.approve, params.dryRun]) };
}

const LINK = ["people", "link", "telegram:123", "Alice"];

test("people list shows who is who and, apart from them, who is linked to nobody", async () => {
  const operations = { "people.list": () => ({ people: PEOPLE, guests: GUESTS, total: 14, hasMore: true }) };
  const { cli, code } = await run({ operations }, "people", "list", "--limit", "2", "--offset", "4", "--search", "a");
  assert.equal(code, 0);
  assert.deepEqual(cli.calls, [{ how: "read", method: "people.list", params: { search: "a", limit: 2, offset: 4 } }]);
  assert.equal(
    cli.stdout(),
    [
      "NAME     ROLE   MESSAGES  LAST SPOKE     FROM        IDENTITIES",
      "Ada      owner  340       2 minutes ago  file+store  telegram:1, slack/work:U1",
      "Bob[31m  guest  0         never          store       -",
      "",
      "Linked to nobody",
      "IDENTITY    NAME  MESSAGES  LAST SPOKE",
      "discord:42  eve   2         1 day ago",
      "Say who it is: continuo people link discord:42 NAME",
      "8 more: --offset 6",
      "",
    ].join("\n"),
  );
});

test("people list and show print the wire's answer with --json", async () => {
  const operations = { "people.list": () => ({ people: [], guests: [], total: 0, hasMore: false }), "people.show": () => ({ person: PEOPLE[0] }) };
  assert.deepEqual((await run({ operations }, "people", "list", "--json")).cli.json(), { people: [], guests: [], total: 0, hasMore: false });
  assert.deepEqual((await run({ operations }, "people", "show", "Ada", "--json")).cli.json(), { person: PEOPLE[0] });
  assert.match((await run({ operations }, "people", "list")).cli.stdout(), /^Nobody is known yet/);
});

test("people show tells how each identity is known", async () => {
  const { cli } = await run({ operations: { "people.show": () => ({ person: PEOPLE[0] }) } }, "people", "show", "Ada");
  assert.match(cli.stdout(), /^Ada\n {2}Role +owner\n {2}Messages +340\n {2}Last spoke +2 minutes ago\n/);
  assert.match(cli.stdout(), / {2}telegram:1 +ada +the configuration file +-\n {2}slack\/work:U1 +- +a code sent in both chats +1 hour ago\n/);
  assert.match(cli.stdout(), /Speaks in\n {2}agent:main:main\n$/);
});

test("a change that moves nothing and shows nobody anything new is done at once", async () => {
  const { cli, code, wishes } = await run({ operations: { "people.link": linking(planRow(), true) } }, ...LINK, "--role", "member");
  assert.equal(code, 0);
  assert.deepEqual(wishes, [["write", false, undefined]]);
  assert.deepEqual(cli.calls[0]?.params, { identity: "telegram:123", name: "Alice", role: "member", approve: false });
  assert.equal(cli.stdout(), "✓ telegram:123 is Alice now.\n  Take it back: continuo rollback c1\n");
});

test("P20 a change that moves history shows its plan, asks, and is done after a yes", async () => {
  const { cli, code, wishes } = await run({ operations: { "people.link": linking(ALICE_MOVES) }, answers: [true] }, ...LINK);
  assert.equal(code, 0);
  assert.deepEqual(wishes, [["write", false, undefined], ["write", true, undefined]]);
  assert.equal(cli.calls[1]?.params.planId, "p2", "the yes is for the plan that was shown");
  assert.deepEqual(cli.questions, [{ question: "Do this?" }]);
  assert.match(cli.stdout(), /^┌ Who would newly see whose words ─+┐\n│ • Bob would see 120 messages of Alice in Alice's own conversation\. +│\n/);
  assert.match(cli.stdout(), /✓ telegram:123 is Alice now\.\n {2}1 conversation is split, 14 stay as they are; 120 messages change place\.\n {2}Take it back: continuo rollback c1\n$/);
});

test("no, and a question that is left, change nothing; the exit code tells them apart", async () => {
  for (const [answer, exit] of [[false, 1], [null, 130]] as const) {
    const { cli, code, wishes } = await run({ operations: { "people.link": linking(ALICE_MOVES) }, answers: [answer] }, ...LINK);
    assert.equal(code, exit);
    assert.deepEqual(wishes, [["write", false, undefined]]);
    assert.equal(cli.stderr(), "Nothing was changed.\n");
  }
});

test("P20 without a terminal and without --yes the plan is shown and nothing is changed", async () => {
  const plain = await run({ operations: { "people.link": linking(ALICE_MOVES) } }, ...LINK);
  assert.equal(plain.code, 1);
  assert.match(plain.cli.stdout(), /Who would newly see whose words/);
  assert.match(plain.cli.stderr(), /^error: Nothing was changed: this needs a yes\. \[CHANGE_NEEDS_APPROVAL\]\n {2}fix: .*--yes/);
  const json = await run({ operations: { "people.link": linking(ALICE_MOVES) }, answers: [] }, ...LINK, "--json");
  assert.equal(json.code, 1);
  assert.equal((json.cli.json().error as { code: string }).code, "CHANGE_NEEDS_APPROVAL");
  for (const { wishes } of [plain, json]) assert.deepEqual(wishes, [["write", false, undefined]]);
});

test("--yes approves at once, --dry-run never does", async () => {
  const operations = { "people.link": linking(ALICE_MOVES) };
  const yes = await run({ operations }, ...LINK, "--yes", "--json");
  assert.deepEqual([yes.code, yes.wishes, yes.cli.json().applied], [0, [["write", true, undefined]], true]);
  const dry = await run({ operations, answers: [] }, ...LINK, "--dry-run", "--yes");
  assert.deepEqual([dry.code, dry.wishes], [0, [["write", undefined, true]]]);
  assert.match(dry.cli.stdout(), /Nothing was changed \(--dry-run\)\.\n$/);
  const json = await run({ operations }, ...LINK, "--dry-run", "--json");
  assert.deepEqual([json.code, json.cli.json().applied], [0, false]);
});

test("what became different between the question and the answer is said", async () => {
  const link: FakeOperation = ({ approve }) => (approve === true ? { applied: true, change: { id: "c9" }, plan: planRow({ id: "p3", moves: 1, messages: 7 }) } : { applied: false, plan: ALICE_MOVES });
  const { cli } = await run({ operations: { "people.link": link }, answers: [true] }, ...LINK);
  assert.match(cli.stdout(), /Meanwhile something had changed; what was done is this:\n1 conversation moves; 7 messages change place\.\n✓ /);
});

test("every change of people asks its own operation", async () => {
  const cases: [string[], string, object, RegExp][] = [
    [["unlink", "telegram/work:1"], "people.unlink", { identity: "telegram/work:1" }, /telegram\/work:1 is linked to nobody now/],
    [["rename", "Bob", "Robert"], "people.rename", { name: "Bob", to: "Robert" }, /Bob is called Robert now/],
    [["merge", "Bob", "Robert"], "people.merge", { from: "Bob", into: "Robert" }, /Bob is Robert now/],
    [["split", "Bob", "discord:1", "slack:a:b", "--to", "Eve"], "people.split", { name: "Bob", identities: ["discord:1", "slack:a:b"], to: "Eve" }, /discord:1, slack:a:b: Eve now/],
    [["role", "Bob", "owner"], "people.role", { name: "Bob", role: "owner" }, /Bob is owner now/],
  ];
  for (const [argv, method, params, words] of cases) {
    const { cli, code } = await run({ operations: { [method]: linking(planRow(), true) } }, "people", ...argv);
    assert.equal(code, 0, method);
    assert.deepEqual(cli.calls, [{ how: "write", method, params: { ...params, approve: false } }]);
    assert.match(cli.stdout(), words);
  }
});

test("a role that there is not, and a split into nobody, are mistakes of the command line", async () => {
  for (const argv of [["role", "Bob", "king"], ["split", "Bob", "discord:1"], ["lst"]]) assert.equal((await run({}, "people", ...argv)).code, 2, argv.join(" "));
});
