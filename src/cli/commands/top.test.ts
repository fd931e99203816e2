import assert from "node:assert/strict";
import { test } from "node:test";
import type { LiveScreen } from "../deps.ts";
import { displayWidth } from "../display-width.ts";
import { fakeCli, type FakeCli } from "../testing/fake-cli.ts";
import { fakeGateway, type FakeMethod } from "../testing/fake-gateway.ts";
import { topSample } from "../top/sample.ts";
import { topFrame } from "../views/top.ts";
import { paletteFor } from "../output.ts";

const STATS = {
  gateways: [{ version: "1.2.3", host: "127.0.0.1", port: 18789, pid: 4711, uptimeMs: 3_725_000, rssBytes: 84_000_000, heapBytes: 31_000_000, connections: 2, loop: { p50Ms: 0.2, p99Ms: 140, maxMs: 410 } }],
  alive: [{ version: "1.2.3", address: "127.0.0.1:18789", uptimeMs: 3_725_000 }, { version: "1.2.2", address: "10.0.0.2:18789", uptimeMs: 61_000 }],
  turns: {
    running: 2,
    list: [
      { sessionKey: "agent:main:main", agentId: "main", channel: "webchat", ageMs: 2_100, attempt: 1, held: true },
      { sessionKey: "agent:main:telegram:dm:42", agentId: "main", channel: "telegram", ageMs: 95_000, attempt: 2, held: false },
    ],
  },
  queue: { waiting: 5, oldestMs: 3_200, sessions: [{ sessionKey: "agent:main:main", waiting: 4, oldestMs: 1_500 }, { sessionKey: "agent:main:\u001b[2Jgroup", waiting: 1, oldestMs: 3_200 }] },
  deliveries: { pending: 3, sending: 1, failed: 2, held: 0, unknown: 0, oldestPendingMs: 700 },
  rates: { accepted: 1.2, committed: 1.1, sent: 0.9 },
  stages: [{ stage: "wait", p50Ms: 4.25, p95Ms: 80, count: 12 }, { stage: "answer", p50Ms: 2_500, p95Ms: null, count: 3 }],
  channels: [{ name: "telegram", account: "default", state: "connected", detail: null, sinceMs: 3_600_000 }],
};

const EXPECTED = `Continuo 1.2.3 · 127.0.0.1:18789 · pid 4711 · up 1h2m
memory 84 MB, heap 31 MB · loop delay p50 0.2ms p99 140ms max 410ms · 2 clients
gateways    2 alive: 127.0.0.1:18789 (1.2.3, up 1h2m), 10.0.0.2:18789 (1.2.2, up 1m1s)
per second  1.2 accepted · 1.1 committed · 0.9 sent
turns       2 running · 5 waiting, oldest 3.2s
replies     3 pending, oldest 700ms · 1 sending · 2 failed · 0 held · 0 unknown

STAGE, LAST 5 MIN    P50   P95   N    CHANNEL   ACCOUNT  STATE      SINCE
wait for turn      4.3ms  80ms  12    telegram  default  connected  1h
answer              2.5s     -   3

        RUNNING▾  TRY  WAITING  OLDEST  CHANNEL   SESSION
1m35s left alone    2        -       -  telegram  agent:main:telegram:dm:42
            2.1s    1        4    1.5s  webchat   agent:main:main
               -    -        1    3.2s  -         agent:main:[2Jgroup
`;

async function withGateway(stats: FakeMethod, screen: LiveScreen | null, run: (cli: FakeCli) => Promise<void>): Promise<void> {
  const gateway = await fakeGateway({ "gateway.stats": stats });
  const cli = fakeCli({ holder: gateway.file, terminal: screen === null ? {} : { screen, stdoutIsTTY: true, stdinIsTTY: true } });
  try {
    await run(cli);
  } finally {
    cli.remove();
    await gateway.close();
  }
}

/** A terminal of 80 x 24 whose keys the test presses. */
function fakeScreen(size = { columns: 80, rows: 24 }) {
  const keys = new Set<(key: string) => void>();
  const resizes = new Set<() => void>();
  const state = { size };
  const on = <T>(set: Set<T>) => (handler: T) => {
    set.add(handler);
    return () => void set.delete(handler);
  };
  const screen: LiveScreen = { size: () => state.size, onKey: on(keys), onResize: on(resizes) };
  return {
    screen,
    press: (key: string) => keys.forEach((handler) => handler(key)),
    resize(next: typeof size) {
      state.size = next;
      resizes.forEach((handler) => handler());
    },
    listening: () => keys.size + resizes.size,
  };
}

test("where there is no terminal one frame is printed, without colour or control sequences of anybody", async () => {
  await withGateway(() => STATS, null, async (cli) => {
    assert.equal(await cli.run("top"), 0);
    assert.equal(cli.stdout(), EXPECTED);
  });
});

test("--json prints one sample, asked for again when the event loop was not measured yet", async () => {
  let asked = 0;
  const stats = () => (asked++ === 0 ? { ...STATS, gateways: [{ ...STATS.gateways[0], loop: null }] } : STATS);
  await withGateway(stats, null, async (cli) => {
    assert.equal(await cli.run("top", "--json"), 0);
    assert.deepEqual(cli.json(), JSON.parse(JSON.stringify(STATS)));
    assert.equal(asked, 2);
  });
});

test("a live view fills the alternate screen, follows its size, sorts by another column, and leaves it as it was", async () => {
  const terminal = fakeScreen();
  await withGateway(() => STATS, terminal.screen, async (cli) => {
    const done = cli.run("top");
    await cli.seen("q quit");
    assert.ok(cli.stdout().startsWith("\u001b[?1049h"));
    terminal.press("s");
    await cli.seen("WAITING▾");
    terminal.resize({ columns: 140, rows: 40 });
    terminal.press("x");
    terminal.press("q");
    assert.equal(await done, 0);
    assert.ok(cli.stdout().endsWith("\u001b[?25h\u001b[?1049l"));
    assert.equal(terminal.listening(), 0);
    assert.equal(cli.stdout().split("\u001b[2J").length, 2, "a frame is written over the last one, never cleared first");
  });
});

test("a gateway that goes away is said in the view, which comes back with it", async () => {
  const terminal = fakeScreen();
  let up = true;
  const stats: FakeMethod = (_params, connection) => (up ? STATS : void connection.hangUp("service restart"));
  await withGateway(stats, terminal.screen, async (cli) => {
    const done = cli.run("top");
    await cli.seen("q quit");
    up = false;
    await cli.seen("service restart");
    up = true;
    terminal.press("q");
    assert.equal(await done, 0);
  });
});

test("no frame is wider or higher than its terminal, however much there is and however small that is", async () => {
  const list = Array.from({ length: 100 }, (_, i) => ({ sessionKey: `agent:main:telegram:dm:${i}:${"长".repeat(40)}`, channel: "telegram", ageMs: i, attempt: 1, held: true }));
  const sample = topSample({ ...STATS, turns: { running: 100, list } });
  const cli = fakeCli({ terminal: { stdoutIsTTY: true } });
  const palette = paletteFor(cli.deps.terminal);
  for (const [columns, rows] of [[80, 24], [140, 40], [20, 5], [1, 1]] as const) {
    const frame = topFrame(sample, { columns, rows, sort: "running", palette, footer: "q quit" });
    assert.equal(frame.length, rows);
    for (const line of frame) assert.ok(displayWidth(line) <= columns, line);
  }
  cli.remove();
});

test("without a gateway it says how to start one", async () => {
  const cli = fakeCli();
  assert.equal(await cli.run("top"), 1);
  assert.match(cli.stderr(), /GATEWAY_UNREACHABLE\]\n {2}fix: Start it with `continuo gateway start`/);
  cli.remove();
});
