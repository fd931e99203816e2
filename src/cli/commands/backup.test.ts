import assert from "node:assert/strict";
import { test } from "node:test";
import type { Backups, MadeBackup, Repairs } from "../deps.ts";
import { fakeCli, NOW } from "../testing/fake-cli.ts";

const table = (name: string, rows: number): MadeBackup["manifest"]["tables"][number] => ({ name, columns: [], key: [], rows, sha256: "" });
const manifest: MadeBackup["manifest"] = {
  ...{ format: "continuo-backup", version: 1, product: "1.2.3", schema: 5, engine: "sqlite", at: NOW, files: [], counters: {} },
  tables: [table("sessions", 1), table("entries", 340), table("people", 3)],
};

function backups(changes: Partial<Backups> = {}): Backups {
  return {
    async create(to, { onProgress }) {
      onProgress({ phase: "snapshot", done: 10, total: 10 });
      onProgress({ phase: "write", done: 172, total: 344 });
      return { path: to ?? "/state/backups/x.backup", bytes: 833_000, manifest, leftOut: ["/etc/elsewhere.json5"] };
    },
    verify: async () => manifest,
    restore: async (_path, { to }) => ({ stateDir: to ?? "/state", configPath: "/state/openclaw.json", engine: "sqlite", manifest, movedAside: ["/state/continuo/continuo.sqlite.before-restore"] }),
    ...changes,
  };
}

test("backup says what is in the file, what is not, and that it holds secrets; a bar shows how far it is", async (t) => {
  const cli = fakeCli({ backups: backups(), terminal: { stdoutIsTTY: true, stdinIsTTY: true, env: { NO_COLOR: "1" } } });
  t.after(cli.remove);
  assert.equal(await cli.run("backup", "--to", "/mnt/x.backup"), 0);
  assert.match(cli.stdout(), /✓ \/mnt\/x\.backup {2}833 kB\n {2}1 session, 340 messages, 3 people; of 2026-11-21 10:00:00 UTC, written by 1\.2\.3 \(sqlite, schema 5\)\n/);
  assert.match(cli.stdout(), /Left out: \/etc\/elsewhere\.json5/);
  assert.match(cli.stdout(), /Whoever has this file has all of them/);
  assert.match(cli.stderr(), /\rcopying the database +\[#{30}\] 100 %\rwriting +\[#{15}\.{15}\] {2}50 %\r +\r$/);
});

test("--json is one document on stdout, the progress lines of JSON on stderr", async (t) => {
  const cli = fakeCli({ backups: backups() });
  t.after(cli.remove);
  assert.equal(await cli.run("backup", "--json"), 0);
  assert.equal(cli.json().path, "/state/backups/x.backup");
  const lines = cli.stderr().trim().split("\n").map((line) => JSON.parse(line) as object);
  assert.deepEqual(lines, [{ progress: { phase: "snapshot", done: 10, total: 10 } }, { progress: { phase: "write", done: 172, total: 344 } }]);
});

test("Ctrl-C stops it with exit code 130, and it is told that it has to take back what it began", async (t) => {
  const begun = Promise.withResolvers<void>();
  const create: Backups["create"] = (_to, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
      begun.resolve();
    });
  const cli = fakeCli({ backups: backups({ create }) });
  t.after(cli.remove);
  const code = cli.run("backup");
  await begun.promise;
  cli.interrupt();
  assert.equal(await code, 130);
  assert.match(cli.stderr(), /Nothing was changed/);
});

test("verify with a file needs no gateway; restore says where what was there is now, and how to start", async (t) => {
  const cli = fakeCli({ backups: backups() });
  t.after(cli.remove);
  assert.equal(await cli.run("verify", "x.backup"), 0);
  assert.match(cli.stdout(), /x\.backup is whole: 344 rows in 3 tables/);
  assert.equal(await cli.run("restore", "x.backup", "--to", "/srv/continuo", "--store", "sqlite"), 0);
  assert.match(cli.stdout(), /What was there before: \/state\/continuo\/continuo\.sqlite\.before-restore/);
  assert.match(cli.stdout(), /The rows are in SQLite, and the configuration says so\./);
  assert.match(cli.stdout(), /OPENCLAW_STATE_DIR=\/srv\/continuo continuo gateway start/);
});

test("a gateway on another machine is not backed up from here", async (t) => {
  const cli = fakeCli({ backups: backups(), config: { gateway: { mode: "remote", remote: { url: "ws://10.0.0.1:1" } } } });
  t.after(cli.remove);
  assert.equal(await cli.run("backup"), 1);
  assert.match(cli.stderr(), /runs on another machine.*\n {2}fix: Run the command there\./);
});

test("doctor --repair asks before it changes anything, and names what is missing", async (t) => {
  const repairs: Repairs = {
    examine: async () => ({ path: "/state/continuo.sqlite", state: "pages", problems: ["Tree 9 page 518: bad"] }),
    repair: async () => ({ path: "/state/continuo.sqlite", problems: [], did: "salvaged", damagedFile: "/state/continuo.sqlite.damaged", tables: [{ name: "entries", rows: 7 }], missing: [{ table: "entries", from: 3, to: 4 }, { table: "events", from: 9, to: null }] }),
  };
  const asked: string[] = [];
  const prompter = { confirm: async (question: string) => (asked.push(question), false), select: async () => null, text: async () => null };
  const declined = fakeCli({ repairs, prompter, terminal: { stdoutIsTTY: true, stdinIsTTY: true, env: { NO_COLOR: "1" } } });
  t.after(declined.remove);
  assert.equal(await declined.run("doctor", "--repair"), 1);
  assert.deepEqual(asked, ["Repair it?"]);
  assert.match(declined.stdout(), /Tree 9 page 518: bad/);
  const cli = fakeCli({ repairs });
  t.after(cli.remove);
  assert.equal(await cli.run("doctor", "--repair"), 1);
  assert.match(cli.stderr(), /CHANGE_NEEDS_APPROVAL/);
  assert.equal(await cli.run("doctor", "--repair", "--yes"), 1, "something is missing");
  assert.match(cli.stdout(), /7 rows were salvaged.*\n.*missing:\n {4}entries: rows 3 to 4\n {4}events: everything from row 9 on\n {2}The damaged database is kept: \/state\/continuo\.sqlite\.damaged/);
});
