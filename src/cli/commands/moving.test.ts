import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { writingCli } from "../testing/writing-cli.ts";

const TOTALS = { agents: 1, sessions: 1, conversations: 1, entries: 3, asides: 0, added: 1, addedEntries: 3, there: 0, parted: 0 };
const REPORT = {
  ...{ from: "/old", dryRun: true, totals: TOTALS, moreTroubles: 0, moreSessions: 0 },
  sessions: [{ key: "agent:main:main", sessionId: "s1", source: "x.jsonl", entries: 3, asides: 0, outcome: "new", isCurrent: true, sha256: "" }],
  people: [{ identity: "telegram:42", name: "Ann", from: "session.identityLinks", state: "proposed", command: 'continuo people link telegram:42 "Ann"', why: null }],
  config: { state: "differs", path: "/old/openclaw.json", differing: ["gateway.port"] },
  notMapped: [{ what: "field elevatedLevel", count: 2, why: "no place" }],
  troubles: [{ file: "x.jsonl", line: 7, why: "it is no JSON\u001b[31m" }],
};

test("a dry run only looks: the store is opened for reading, and the report says that nothing was changed", async () => {
  const cli = writingCli({ operations: { "import.openclaw": () => REPORT } });
  assert.equal(await cli.run("import", "openclaw", "--from", "old", "--dry-run"), 0);
  assert.deepEqual(cli.calls.map(({ how, method, params }) => [how, method, params]), [["read", "import.openclaw", { from: resolve("old"), dryRun: true, linkPeople: false }]]);
  for (const words of ["1 conversations would be added (3 entries)", "telegram:42", "differs in gateway.port", "field elevatedLevel", "x.jsonl:7: it is no JSON", "Nothing was changed (--dry-run)."]) assert.ok(cli.stdout().includes(words), words);
  assert.ok(!cli.stdout().includes("\u001b[31m"), "what stands in a file is no command to the terminal");
  cli.remove();
});

test("an import is written under the lock where no gateway runs, with its progress as lines of JSON", async () => {
  const cli = writingCli({
    operations: {
      "import.openclaw": (_, onEvent) => {
        onEvent?.({ event: "moving.progress", payload: { phase: "import", done: 1, total: 2 } });
        return { ...REPORT, dryRun: false };
      },
    },
  });
  assert.equal(await cli.run("import", "openclaw", "--link-people", "--json"), 0);
  assert.deepEqual(cli.calls.map(({ how, params }) => [how, params]), [["write", { dryRun: false, linkPeople: true }]]);
  assert.deepEqual(JSON.parse(cli.stderr().trim()), { progress: { phase: "import", done: 1, total: 2 } });
  assert.deepEqual((cli.json() as { totals: object }).totals, TOTALS);
  cli.remove();
});

test("one conversation goes to stdout, or into a new file for its owner alone; one that is there is not written over", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "continuo-export-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const operations = { "sessions.export": () => ({ key: "agent:main:main", sessionId: "s1", format: "md", text: "# Cake\n", entries: 1 }) };
  const cli = writingCli({ operations });
  assert.equal(await cli.run("sessions", "export", "main", "--format", "md"), 0);
  assert.equal(cli.stdout(), "# Cake\n");
  const out = join(folder, "cake.md");
  assert.equal(await cli.run("sessions", "export", "main", "--format", "md", "--out", out), 0);
  assert.deepEqual([readFileSync(out, "utf8"), statSync(out).mode & 0o777], ["# Cake\n", 0o600]);
  assert.equal(await cli.run("sessions", "export", "main", "--out", out), 1);
  assert.equal(await cli.run("sessions", "export", "main", "--format", "pdf"), 1);
  assert.match(cli.stderr(), /is there already[\s\S]*There is no format pdf/);
  cli.remove();
});

test("an export and a rebuild say what they wrote", async () => {
  const cli = writingCli({
    operations: {
      "export.openclaw": () => ({ to: "/out", totals: { agents: 1, sessions: 2, conversations: 3, entries: 4 }, sessions: [], moreSessions: 0, movedAside: ["/out/aside"], sha256: "" }),
      "mirror.rebuild": () => ({ agents: 1, sessions: 2, transcripts: 3, removed: 1, directories: ["/state/agents/main/sessions"] }),
    },
  });
  assert.equal(await cli.run("export", "openclaw", "--to", "/out"), 0);
  assert.equal(await cli.run("mirror", "rebuild", "--agent", "main"), 0);
  assert.deepEqual(cli.calls.map(({ how, params }) => [how, params]), [["write", { to: resolve("/out"), force: false }], ["write", { agentId: "main" }]]);
  for (const words of ["2 sessions with 3 conversations and 4 entries", "/out/aside", "3 transcripts of 2 sessions", "1 files of nothing removed"]) assert.ok(cli.stdout().includes(words), words);
  cli.remove();
});
