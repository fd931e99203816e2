import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeCli, NOW } from "../testing/fake-cli.ts";
import { writingCli } from "../testing/writing-cli.ts";

const DAY = 86_400_000;

function store(agentId: string, more: object = {}): object {
  return {
    agentId,
    storePath: `/home/ada/.openclaw/agents/${agentId}/sessions/sessions.json`,
    ...{ mode: "warn", dryRun: true, beforeCount: 3, afterCount: 2, missing: 0, pruned: 1, capped: 0, diskBudget: null, wouldMutate: true },
    actions: [{ action: "prune-stale", key: "agent:main:telegram:dm:9900100123", updatedAt: NOW - 40 * DAY, sessionId: "2222", kind: "direct", model: "gpt-5.5" }],
    kept: [{ action: "keep", key: "agent:main:main", updatedAt: NOW - 61_000, sessionId: "1111", kind: "direct", model: "claude-opus-4-6" }],
    ...more,
  };
}

const BLOCK = `Session store: /home/ada/.openclaw/agents/main/sessions/sessions.json
Maintenance mode: warn
Entries: 3 -> 2 (remove 1)
Would prune missing transcripts: 0
Would prune stale: 1
Would cap overflow: 0

Planned session actions:
Action       Key                        Age       Model          Flags
keep         agent:main:main            1m ago    claude-opus-4-6 id:1111
prune-stale  agent:main:teleg...100123  40d ago   gpt-5.5        id:2222
1 more are kept
`;

test("--dry-run prints the plan of spec 6.4, and asks only for a look", async () => {
  const asked: object[] = [];
  const cli = fakeCli({
    local: (method, params) => {
      asked.push({ method, ...params });
      return { ts: NOW, mode: "warn", dryRun: true, stores: [store("main")] };
    },
  });
  assert.equal(await cli.run("sessions", "cleanup", "--dry-run", "--fix-missing", "--active-key", "main"), 0);
  assert.equal(cli.stdout(), BLOCK);
  assert.deepEqual(asked, [{ method: "sessions.cleanup", dryRun: true, enforce: false, fixMissing: true, allAgents: false, activeKey: "main" }]);
  cli.remove();
});

test("more than an answer lists is counted, in words and with --json", async () => {
  const local = () => ({ ts: NOW, mode: "warn", dryRun: true, stores: [store("main", { beforeCount: 203, pruned: 201, moreActions: 200 })] });
  const [cli, json] = [fakeCli({ local }), fakeCli({ local })];
  assert.equal(await cli.run("sessions", "cleanup", "--dry-run"), 0);
  assert.match(cli.stdout(), /\nprune-stale .*\n200 more would be removed\n1 more are kept\n$/);
  assert.equal(await json.run("sessions", "cleanup", "--dry-run", "--json"), 0);
  assert.equal((json.json() as { moreActions: number }).moreActions, 200);
  cli.remove();
  json.remove();
});

test("several agents are a block each, and a list in JSON; one is the object itself", async () => {
  const local = () => ({ ts: NOW, mode: "warn", dryRun: true, stores: [store("main"), store("work", { actions: [], kept: [], afterCount: 0, diskBudget: { totalBytesBefore: 900, totalBytesAfter: 700, removedFiles: 0, removedEntries: 2 } })] });
  const cli = fakeCli({ local });
  assert.equal(await cli.run("sessions", "cleanup", "--dry-run", "--all-agents"), 0);
  assert.ok(cli.stdout().startsWith(`Agent: main\n${BLOCK}\nAgent: work\nSession store: `), cli.stdout());
  assert.match(cli.stdout(), /\nWould enforce disk budget: 900 -> 700 bytes \(files 0, entries 2\)\n$/);
  cli.remove();
  const json = fakeCli({ local });
  await json.run("sessions", "cleanup", "--dry-run", "--all-agents", "--json");
  const all = json.json() as { allAgents: boolean; mode: string; dryRun: boolean; stores: object[] };
  assert.deepEqual([all.allAgents, all.mode, all.dryRun, all.stores.length], [true, "warn", true, 2]);
  json.remove();
  const one = fakeCli({ local: () => ({ mode: "warn", dryRun: true, stores: [store("main")] }) });
  await one.run("sessions", "cleanup", "--dry-run", "--json");
  assert.deepEqual(Object.keys(one.json()), ["agentId", "storePath", "mode", "dryRun", "beforeCount", "afterCount", "missing", "pruned", "capped", "diskBudget", "wouldMutate", "actions"]);
  one.remove();
});

test("a clean-up that is applied goes the way of every change, and says how to take it back", async () => {
  const answer = (enforced: boolean) => ({ mode: enforced ? "enforce" : "warn", dryRun: false, enforced, stores: [store("main", { dryRun: false, applied: true, appliedCount: 2 })] });
  const cli = writingCli({ operations: { "sessions.cleanup": ({ enforce }) => answer(enforce === true) } });
  assert.equal(await cli.run("sessions", "cleanup", "--enforce"), 0);
  assert.equal(cli.stdout(), "Session store: /home/ada/.openclaw/agents/main/sessions/sessions.json\nApplied maintenance. Current entries: 2\n");
  assert.match(cli.stderr(), /Take it back: continuo sessions restore KEY/);
  assert.equal(await cli.run("sessions", "cleanup"), 0);
  assert.match(cli.stderr(), /Maintenance is set to warn: nothing was removed\. --dry-run shows/);
  assert.deepEqual(cli.calls.map(({ how }) => how), ["write", "write"]);
  cli.remove();
});

test("--store names an agent by its file, and nothing besides", async () => {
  const asked: { agentId?: string }[] = [];
  const cli = fakeCli({
    config: { agents: { list: [{ id: "work" }] } },
    local: (_method, params) => {
      asked.push(params);
      return { mode: "warn", dryRun: true, stores: [store("work")] };
    },
  });
  const path = `${cli.deps.paths.stateDir}/agents/work/sessions/sessions.json`;
  assert.equal(await cli.run("sessions", "cleanup", "--dry-run", "--store", path), 0);
  assert.equal(asked[0]?.agentId, "work");
  assert.equal(await cli.run("sessions", "cleanup", "--store", path, "--all-agents"), 1);
  assert.match(cli.stderr(), /--store cannot be combined with --agent or --all-agents/);
  assert.equal(await cli.run("sessions", "cleanup", "--store", "/tmp/other/sessions.json"), 1);
  assert.equal(await cli.run("sessions", "cleanup", "--agent", "ghost"), 1);
  assert.match(cli.stderr(), /Unknown agent id "ghost"\./);
  cli.remove();
});

test("what is asked at a terminal and answered with no changes nothing", async () => {
  const operations = { "sessions.describe": () => ({ session: { key: "agent:main:x", messageCount: 47 } }), "sessions.clear": () => ({ ok: true, key: "agent:main:x", uuid: "u", archived: [], messages: 47 }) };
  const no = writingCli({ operations, answers: [false] });
  assert.equal(await no.run("sessions", "clear", "x"), 1);
  assert.deepEqual(no.calls.map(({ method }) => method), ["sessions.describe"]);
  assert.match(no.questions[0]?.question ?? "", /Clear agent:main:x\? Its 47 messages are kept/);
  no.remove();
  const yes = writingCli({ operations, answers: [true] });
  assert.equal(await yes.run("session", "clear", "x"), 0);
  assert.equal(yes.stdout(), "Cleared session agent:main:x (47 messages archived).\n");
  yes.remove();
  const script = writingCli({ operations });
  assert.equal(await script.run("sessions", "clear", "x", "--json"), 0);
  assert.deepEqual(script.json(), { ok: true, key: "agent:main:x", uuid: "u", archived: [], messages: 47 });
  script.remove();
});
