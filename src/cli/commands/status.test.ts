import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeCli, NOW, type FakeCli, type FakeOptions } from "../testing/fake-cli.ts";
import { fakeGateway, type FakeMethod } from "../testing/fake-gateway.ts";

const TOKEN = "t".repeat(48);
const ROW = { key: "agent:main:main", kind: "direct", sessionId: "s1", updatedAt: NOW - 120_000, model: "claude-opus-4-6", totalTokens: 12_000, contextTokens: 200_000 };
const STATUS = {
  version: "1.2.3",
  gateway: { pid: 4711, uptimeMs: 65_000 },
  agents: { defaultId: "main", agents: [{ id: "main", model: "anthropic/claude-opus-4-6" }], totalSessions: 7 },
  sessions: { count: 7 },
  channels: [
    { name: "telegram", account: "default", state: "connected", detail: null, since: NOW - 3_600_000 },
    { name: "discord", account: "work", state: "retrying", detail: "the token was refused", since: NOW - 61_000 },
  ],
  queue: { queued: 2, running: 1, deliveriesPending: 0, deliveriesFailed: 1, deliveriesUnknown: 1 },
  warnings: ["channels.telegram.dmPolicy is open"],
};

const METHODS: Record<string, FakeMethod> = {
  status: () => STATUS,
  "sessions.list": () => ({ path: "/home/ada/.openclaw", total: 7, sessions: [ROW] }),
  health: () => ({ ok: true, agents: [{ agentId: "main" }], sessions: { count: 7 } }),
};

async function running(options: FakeOptions, run: (cli: FakeCli) => Promise<void>): Promise<void> {
  const gateway = await fakeGateway(METHODS);
  const cli = fakeCli({ holder: gateway.file, ...options });
  try {
    await run(cli);
  } finally {
    cli.remove();
    await gateway.close();
  }
}

test("status shows the overview, warnings, channels and the latest sessions", async () => {
  await running({}, async (cli) => {
    assert.equal(await cli.run("status"), 0);
    const out = cli.stdout();
    assert.match(out, /Gateway +local · ws:\/\/127\.0\.0\.1:\d+ · reachable \d+ms · pid 4711 · up 1m5s/);
    assert.match(out, /Sessions +7 · default anthropic\/claude-opus-4-6 · \/home\/ada\/\.openclaw/);
    assert.match(out, /Queue +1 running · 2 waiting · replies: 0 on their way, 1 failed, 1 unknown-after-send/);
    assert.match(out, /Warnings\n! channels\.telegram\.dmPolicy is open/);
    assert.match(out, /telegram +default +connected +1h ago\ndiscord +work +retrying +1m ago +the token was refused/);
    assert.match(out, /agent:main:main +direct +2m ago +claude-opus-4-6 +12k\/200k \(6%\)/);
  });
});

test("the address with the token is for terminals and --show-token, never for pipes or --json", async () => {
  const cases: [string[], boolean, boolean][] = [
    [["status"], true, true],
    [["status"], false, false],
    [["status", "--show-token"], false, true],
    [["status", "--json"], true, false],
    [["status", "--json", "--show-token"], true, false],
  ];
  for (const [argv, stdoutIsTTY, shown] of cases) {
    await running({ terminal: { stdoutIsTTY, env: { NO_COLOR: "1" } } }, async (cli) => {
      await cli.run(...argv);
      assert.equal(cli.stdout().includes(TOKEN), shown, argv.join(" "));
      if (shown) assert.match(cli.stdout(), new RegExp(`http://127\\.0\\.0\\.1:\\d+/#token=${TOKEN}\\n`));
    });
  }
});

test("status --json has the names of spec 10.3", async () => {
  await running({}, async (cli) => {
    await cli.run("status", "--json");
    const { runtimeVersion, gateway, sessions, agents } = cli.json() as Record<string, Record<string, unknown>>;
    assert.equal(String(runtimeVersion), process.versions.node);
    assert.deepEqual([gateway?.mode, gateway?.reachable, gateway?.error], ["local", true, null]);
    assert.deepEqual([sessions?.paths, sessions?.count, agents?.defaultId], [["/home/ada/.openclaw"], 7, "main"]);
    const [recent] = (sessions?.recent ?? []) as Record<string, unknown>[];
    assert.deepEqual([recent?.agentId, recent?.age, recent?.remainingTokens, recent?.percentUsed], ["main", 120_000, 188_000, 6]);
  });
});

test("with the gateway down status reads the store and says how to start it", async () => {
  const cli = fakeCli({
    config: { gateway: { port: 1 }, channels: { telegram: {}, discord: { enabled: false } } },
    local: () => ({ path: "/home/ada/.openclaw", total: 1, sessions: [ROW] }),
  });
  assert.equal(await cli.run("status"), 0);
  assert.match(cli.stdout(), /Gateway +local · ws:\/\/127\.0\.0\.1:1 · not running/);
  assert.match(cli.stdout(), /telegram +- +not running +-\ndiscord +- +disabled +-/);
  assert.match(cli.stdout(), /agent:main:main +direct +2m ago/);
  assert.match(cli.stdout(), /Next: continuo gateway start\n$/);
  cli.remove();
});

test("health asks the gateway; gateway health is the same", async () => {
  for (const argv of [["health"], ["gateway", "health"]]) {
    await running({}, async (cli) => {
      assert.equal(await cli.run(...argv), 0);
      assert.match(cli.stdout(), /^Gateway: ok \(\d+ ms\)\nAgents: main\nSessions: 7\n$/);
    });
  }
});
