import assert from "node:assert/strict";
import { test } from "node:test";
import { NOW } from "../testing/fake-cli.ts";
import { writingCli, type FakeOperation } from "../testing/writing-cli.ts";

const HOUR = 3_600_000;
const JOB = {
  ...{ id: "j1", agentId: "main", name: "Brief\u001b[2J", enabled: true, sessionTarget: "isolated", schedule: { kind: "cron", expr: "0 7 * * *", tz: "Europe/Berlin" } },
  ...{ delivery: { mode: "announce", channel: "telegram", to: "42" }, state: { nextRunAtMs: NOW + 3 * HOUR, lastRunAtMs: NOW - HOUR, lastRunStatus: "ok" } },
};
const OFF = { id: "j2", name: "Queue", enabled: false, sessionTarget: "main", schedule: { kind: "every", everyMs: 600_000 }, state: {} };
const RUN = { id: "r1", jobId: "j1", kind: "due", dueAtMs: 1_800_000_000_000, runAtMs: NOW - HOUR, durationMs: 2_100, status: "error", deliveryStatus: "not-delivered", error: "test is busy.\nmore" };

const OPERATIONS: Readonly<Record<string, FakeOperation>> = {
  "cron.list": ({ includeDisabled }) => ({ jobs: includeDisabled === true ? [JOB, OFF] : [JOB], total: includeDisabled === true ? 3 : 1 }),
  "cron.status": () => ({ enabled: true, jobs: 2, nextWakeAtMs: 1_800_000_000_000 }),
  "cron.add": (params) => ({ ...JOB, ...params }),
  "cron.update": () => OFF,
  "cron.remove": () => ({ ok: true, removed: true }),
  "cron.run": ({ mode }) => (mode === "due" ? { ok: true, ran: false, reason: "not-due" } : { ok: true, ran: true, sessionKey: "agent:main:cron:j1:run:x" }),
  "cron.runs": () => ({ entries: [RUN], hasMore: true }),
};

async function run(...argv: string[]) {
  const cli = writingCli({ operations: OPERATIONS });
  const code = await cli.run("cron", ...argv);
  cli.remove();
  return { cli, code, asked: cli.calls.at(-1)?.params };
}

test("the jobs are shown with when they are due, what became of them, and where their words go", async () => {
  const { cli } = await run("list", "--all");
  assert.equal(
    cli.stdout(),
    [
      "ID  NAME      WHEN                       NEXT   LAST        SESSION   SENDS TO",
      "j1  Brief[2J  0 7 * * * (Europe/Berlin)  in 3h  ok, 1h ago  isolated  telegram 42",
      "j2  Queue     every 10m                  off    -           main      last",
      "1 more: --offset 2",
      "",
    ].join("\n"),
  );
  assert.deepEqual((await run("list", "--limit", "5")).asked, { includeDisabled: false, limit: 5, offset: 0 });
  assert.match((await run("status")).cli.stdout(), /there are 2\. The next one is due at 2027-01-15T08:00:00\.000Z/);
});

test("add says when, what and where in OpenClaw's words, and nothing that was not typed", async () => {
  const { asked } = await run("add", "--name", "Brief", "--cron", "0 7 * * *", "--tz", "Europe/Berlin", "--message", "Go", "--channel", "telegram", "--to", "42");
  assert.deepEqual(asked, { name: "Brief", schedule: { kind: "cron", expr: "0 7 * * *", tz: "Europe/Berlin" }, payload: { kind: "agentTurn", message: "Go" }, delivery: { mode: "announce", channel: "telegram", to: "42" } });
  assert.deepEqual((await run("add", "--at", "20m", "--system-event", "Tea")).asked, { name: "Tea", schedule: { kind: "at", at: new Date(NOW + 1_200_000).toISOString() }, payload: { kind: "systemEvent", text: "Tea" } });
  assert.deepEqual((await run("add", "--every", "1h", "--message", "x", "--no-deliver", "--model", "a/b", "--disabled")).asked, { name: "x", schedule: { kind: "every", everyMs: HOUR }, payload: { kind: "agentTurn", message: "x", model: "a/b" }, delivery: { mode: "none" }, enabled: false });
  assert.deepEqual((await run("edit", "j1", "--webhook", "https://example.com")).asked, { id: "j1", patch: { delivery: { mode: "webhook", to: "https://example.com" } } });
});

test("what is missing or does not go together is said before anything is asked", async () => {
  for (const [argv, words] of [
    [["--message", "x"], /When\?/],
    [["--every", "1h"], /What\?/],
    [["--every", "1h", "--at", "20m", "--message", "x"], /one of --at, --every and --cron/],
    [["--every", "1h", "--tz", "UTC", "--message", "x"], /go with --cron/],
    [["--every", "1h", "--message", "x", "--system-event", "y"], /--message or --system-event/],
    [["--at", "whenever", "--message", "x"], /is no time/],
  ] as const) {
    const { cli, code } = await run("add", ...argv);
    assert.equal(code, 1);
    assert.match(cli.stderr(), words);
    assert.deepEqual(cli.calls, []);
  }
  assert.equal((await run("add", "--every", "soon", "--message", "x")).code, 2);
});

test("enable, disable, rm, run and runs", async () => {
  assert.deepEqual((await run("enable", "j2")).asked, { id: "j2", patch: { enabled: true } });
  assert.deepEqual((await run("disable", "j2")).asked, { id: "j2", patch: { enabled: false } });
  assert.equal((await run("rm", "j2")).cli.stdout(), "j2 is gone.\n");
  assert.match((await run("run", "j1")).cli.stdout(), /^It is on its way in agent:main:cron:j1:run:x\.\n/);
  const early = await run("run", "j1", "--due");
  assert.deepEqual([early.code, early.cli.stdout()], [1, "It is not due yet; without --due it runs all the same.\n"]);
  assert.equal(
    (await run("runs", "j1", "--limit", "1")).cli.stdout(),
    ["DUE                       RAN     WHY  STATUS  TOOK  SENT           WORDS", "2027-01-15T08:00:00.000Z  1h ago  due  error   2s    not-delivered  test is busy.", "more: --offset 1", ""].join("\n"),
  );
  assert.deepEqual((await run("runs", "--json")).cli.json(), { entries: [RUN], hasMore: true });
});
