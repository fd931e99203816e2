import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeCli, NOW } from "../testing/fake-cli.ts";

const ROWS = [
  {
    key: "agent:main:main",
    kind: "direct",
    sessionId: "11111111-1111-4111-8111-111111111111",
    updatedAt: NOW - 61_000,
    createdAt: NOW - 3_600_000,
    lastInteractionAt: NOW - 61_000,
    messageCount: 47,
    model: "claude-opus-4-6",
    modelProvider: "anthropic",
    totalTokens: 12_000,
    contextTokens: 200_000,
    running: true,
  },
  { key: "agent:main:telegram:group:-100123", kind: "group", sessionId: "2222", updatedAt: NOW - 40 * 86_400_000, messageCount: 1, model: "gpt-5.5", contextTokens: 200_000 },
];

function listing(rows: readonly object[] = ROWS) {
  const asked: object[] = [];
  const cli = fakeCli({
    local: (method, params) => {
      asked.push({ method, ...params });
      return { ts: NOW, path: "/home/ada/.openclaw", count: rows.length, total: rows.length, sessions: rows };
    },
  });
  return { cli, asked };
}

test("bare sessions prints the fixed-width table of spec 10.1 with the gateway down", async () => {
  const { cli } = listing();
  assert.equal(await cli.run("sessions"), 0);
  assert.equal(
    cli.stdout(),
    [
      "Session store: /home/ada/.openclaw",
      "Sessions listed: 2",
      "Kind   Key                        Age       Model          Tokens (ctx %)       Flags",
      "direct agent:main:main            1m ago    claude-opus-4-6 12k/200k (6%)        running id:11111111-1111-4111-8111-111111111111",
      "group  agent:main:teleg...100123  40d ago   gpt-5.5        unknown/200k (?%)    id:2222",
      "",
    ].join("\n"),
  );
  cli.remove();
});

test("sessions list, and session list, print the three columns with full keys", async () => {
  for (const word of ["sessions", "session"]) {
    const { cli } = listing();
    assert.equal(await cli.run(word, "list"), 0);
    assert.equal(
      cli.stdout(),
      [
        "KEY                                 MESSAGES   LAST ACTIVE",
        "agent:main:main                     47         1 minute ago",
        "agent:main:telegram:group:-100123   1          40 days ago",
        "",
      ].join("\n"),
    );
    cli.remove();
  }
});

test("--json has the fields of spec 10.2 and the seed's names for them", async () => {
  const { cli, asked } = listing();
  assert.equal(await cli.run("sessions", "list", "--json", "--active", "90", "--agent", "main", "--limit", "5"), 0);
  const { path, count, activeMinutes, sessions } = cli.json();
  assert.deepEqual([path, count, activeMinutes], [`${cli.deps.paths.stateDir}/agents/main/sessions/sessions.json`, 2, 90], "of one agent: where its sessions are readable");
  const [first, second] = sessions as Record<string, unknown>[];
  assert.deepEqual(
    { ageMs: first?.ageMs, uuid: first?.uuid, created: first?.created, lastActive: first?.lastActive, messageCount: first?.messageCount, agentId: first?.agentId },
    { ageMs: 61_000, uuid: ROWS[0]?.sessionId, created: "2026-11-21T09:00:00Z", lastActive: "2026-11-21T09:58:59Z", messageCount: 47, agentId: "main" },
  );
  assert.equal(second?.totalTokens, null);
  assert.match(cli.stdout(), /^\{\n {2}"path"/);
  assert.deepEqual(asked, [{ method: "sessions.list", limit: 5, activeMinutes: 90, agentId: "main", includeGlobal: true, includeUnknown: true }]);
  cli.remove();
});

test("an --active that is no positive integer is refused in OpenClaw's words", async () => {
  for (const value of ["0", "-5", "1.5", "soon"]) {
    const { cli } = listing();
    assert.equal(await cli.run("sessions", `--active=${value}`), 1);
    assert.match(cli.stderr(), /^error: --active must be a positive integer \(minutes\) \[REQUEST_INVALID\]\n {2}fix: /);
    cli.remove();
  }
});

test("--active says that it filtered, and nothing left reads No sessions found.", async () => {
  const { cli } = listing([]);
  await cli.run("sessions", "--active", "5");
  assert.equal(cli.stdout(), "Session store: /home/ada/.openclaw\nSessions listed: 0\nFiltered to last 5 minute(s)\nNo sessions found.\n");
  cli.remove();
});

test("history prints one block a message, and an unknown key is an error", async () => {
  const cli = fakeCli({ local: () => ({ sessionKey: "main", sessionId: "s1", messages: [{ role: "user", content: [{ type: "text", text: "hi" }], timestamp: NOW }] }) });
  assert.equal(await cli.run("session", "history", "main"), 0);
  assert.equal(cli.stdout(), "[2026-11-21T10:00:00.000Z] user: hi\n");
  cli.remove();
  const unknown = fakeCli({ local: () => ({ sessionKey: "x", messages: [] }) });
  assert.equal(await unknown.run("sessions", "history", "x", "--json"), 1);
  assert.match(unknown.stderr(), /Session not found: x \[SESSION_NOT_FOUND\]/);
  assert.deepEqual(Object.keys(unknown.json()), ["error"]);
  unknown.remove();
});

test("trash lists what was removed, and what is restored is said", async () => {
  const removed = [{ key: "agent:main:dm:1", agentId: "main", reason: "stale", removedAt: NOW, entries: 14, bytes: 900 }];
  const cli = fakeCli({ local: () => ({ sessions: removed }), write: async () => () => ({ key: "agent:main:dm:1", sessionId: "s", entries: 14, isCurrent: true }) });
  assert.equal(await cli.run("sessions", "trash"), 0);
  assert.equal(cli.stdout(), "2026-11-21T10:00:00.000Z  agent:main:dm:1  stale  14 entries\n");
  assert.equal(await cli.run("sessions", "restore", "agent:main:dm:1"), 0);
  assert.match(cli.stdout(), /Restored agent:main:dm:1: 14 entries, as they were\.\n$/);
  cli.remove();
  const none = fakeCli({ local: () => ({ sessions: [] }) });
  assert.equal(await none.run("sessions", "trash"), 0);
  assert.match(none.stdout(), /Nothing was removed/);
  none.remove();
});

test("the filters reach the operation, and what is left is said on stderr, so that the table stays the table", async () => {
  const asked: object[] = [];
  const cli = fakeCli({
    local: (_method, params) => {
      asked.push(params);
      return { ts: NOW, path: "/s", count: 2, total: 9, hasMore: true, sessions: ROWS };
    },
  });
  assert.equal(await cli.run("sessions", "list", "--kind", "group", "--channel", "telegram", "--label", "Trip", "--search", "x", "--pinned", "--archived", "--offset", "4"), 0);
  assert.deepEqual(asked, [{ offset: 4, kind: "group", channel: "telegram", label: "Trip", search: "x", pinned: true, archived: true, includeGlobal: true, includeUnknown: true }]);
  assert.equal(cli.stderr(), "3 more: --offset 6\n");
  assert.equal(cli.stdout().split("\n").length, 4);
  assert.equal(await cli.run("sessions", "list", "--kind", "dogs"), 2);
  cli.remove();
});

test("--all-agents says whose each is, and flags that exclude each other are refused", async () => {
  const { cli } = listing([...ROWS, { ...ROWS[0], key: "agent:work:main", agentId: "work" }]);
  assert.equal(await cli.run("sessions", "--all-agents"), 0);
  assert.match(cli.stdout(), /^Session stores: 2 \(main, work\)\nSessions listed: 3\nAgent {6}Kind {3}Key/);
  assert.match(cli.stdout(), /\nwork {7}direct agent:work:main/);
  assert.equal(await cli.run("sessions", "--all-agents", "--agent", "work"), 1);
  assert.equal(await cli.run("sessions", "--store", "/x/sessions.json", "--agent", "work"), 1);
  assert.match(cli.stderr(), /--store cannot be combined with --agent or --all-agents/);
  cli.remove();
  const none = listing([]).cli;
  assert.equal(await none.run("sessions", "--agent", "ghost"), 1);
  assert.match(none.stderr(), /Unknown agent id "ghost"\./);
  none.remove();
});

test("show prints state, who speaks there, the conversations and what was used", async () => {
  const state = { model: "anthropic/claude-opus-4-6", modelOverride: null, activationMode: "always", lastCompaction: null, memoryFlushed: false };
  const shown = {
    ts: NOW,
    session: { ...ROWS[0], state, sessionStartedAt: NOW - 60_000, audience: "owner", compactionCount: 0 },
    lastRoute: { channel: "telegram", account: "default", chat: "42", thread: null },
    dock: null,
    choices: { thinking: "high", queue: { mode: "steer" } },
    participants: [{ channel: "telegram", account: "default", chat: "42", senderId: "42", senderName: "Ada", messages: 5, lastAt: NOW - 120_000 }],
    conversations: [{ number: 2, sessionId: "2222222222", current: true, beganAt: NOW, beganReason: "new", messages: 1, title: "Trip" }],
    totalConversations: 2,
    usage: { days: 30, turns: 3, tokens: 900, cost: 0 },
  };
  const cli = fakeCli({ local: () => shown });
  assert.equal(await cli.run("sessions", "show", "main"), 0);
  for (const line of ["Choices      thinking=high queue=mode:steer", "Last route   telegram default 42", "Used         3 turns, 900 tokens in 30 days", "  Ada  telegram default 42  5         2m ago", "  2*  2026-11-21T10:00:00Z  new  1         22222222  Trip", "  1 older"]) {
    assert.ok(cli.stdout().includes(line), `${line}\n${cli.stdout()}`);
  }
  cli.remove();
});
