import assert from "node:assert/strict";
import { test } from "node:test";
import { NOW } from "../testing/fake-cli.ts";
import { writingCli } from "../testing/writing-cli.ts";

const HITS = [
  { sessionKey: "agent:main:telegram:dm:42", role: "user", at: NOW - 3 * 3_600_000, senderName: "Ann\u0007", excerpt: "…the red\u001b bike and 自行车", marks: [{ start: 5, end: 8 }, { start: 10, end: 14 }] },
  { sessionKey: "agent:main:main", role: "assistant", at: NOW, senderName: null, excerpt: "A bike.", marks: [{ start: 2, end: 6 }] },
];

function searching(answer: object, terminal: object = {}) {
  return writingCli({ operations: { "sessions.search": () => ({ hits: HITS, cursor: null, missingBefore: null, ...answer }) }, cli: { terminal } });
}

test("sessions search prints where, when and who in columns, and what was said below", async () => {
  const cli = searching({});
  assert.equal(await cli.run("sessions", "search", "red", "bike", "--session", "main", "--limit", "5"), 0);
  assert.equal(
    cli.stdout(),
    [
      "SESSION                    WHEN      WHO",
      "agent:main:telegram:dm:42  3h ago    Ann",
      "  …the red bike and 自行车",
      "agent:main:main            just now  (the agent)",
      "  A bike.",
      "",
    ].join("\n"),
  );
  assert.equal(cli.stderr(), "");
  assert.deepEqual(cli.calls, [{ how: "write", method: "sessions.search", params: { query: "red bike", limit: 5, key: "main" } }]);
  cli.remove();
});

test("on a terminal what was found is bold, and colourless where NO_COLOR says so", async () => {
  const cli = searching({}, { stdoutIsTTY: true, env: {} });
  await cli.run("sessions", "search", "bike");
  assert.ok(cli.stdout().includes("A \u001b[1mbike\u001b[22m."));
  cli.remove();
  const plain = searching({}, { stdoutIsTTY: true, env: { NO_COLOR: "1" } });
  await plain.run("sessions", "search", "bike");
  assert.ok(!plain.stdout().includes("\u001b"));
  plain.remove();
});

test("what is missing in the answer is said beside it, and --json is the answer alone", async () => {
  const cli = searching({ hits: Array.from({ length: 20 }, () => HITS[1]), cursor: "9.20.0", missingBefore: NOW });
  await cli.run("sessions", "search", "bike");
  assert.match(cli.stderr(), /There is more: show more with --limit 40, go on with --after 9\.20\.0[^]*before 2026-11-21 10:00 UTC/);
  cli.remove();
  const json = searching({ cursor: "9.20.0" });
  await json.run("sessions", "search", "bike", "--json");
  assert.deepEqual([json.json()["cursor"], json.stderr()], ["9.20.0", ""]);
  json.remove();
  const none = searching({ hits: [] });
  await none.run("sessions", "search", "bike");
  assert.equal(none.stdout(), "Nothing was found.\n");
  none.remove();
});

test("a search that ended before it had a page says so, and how to go on", async () => {
  const cli = searching({ hits: [], cursor: "9.0.0", sessions: { count: 20_000, all: false } });
  await cli.run("sessions", "search", "bike", "--person", "Ann", "--after", "99.0.0");
  assert.equal(cli.stdout(), "Nothing was found so far.\n");
  assert.match(cli.stderr(), /Not everything was looked through: go on with --after 9\.0\.0[^]*Only their 20000 latest sessions were looked into/);
  assert.deepEqual(cli.calls[0]?.params, { query: "bike", limit: 20, person: "Ann", cursor: "99.0.0" });
  cli.remove();
});

test("a search without words, or for more than is shown at once, is refused", async () => {
  const cli = searching({});
  assert.notEqual(await cli.run("sessions", "search"), 0);
  assert.equal(await cli.run("sessions", "search", "x", "--limit", "101"), 1);
  assert.match(cli.stderr(), /--limit is at most 100/);
  cli.remove();
});
