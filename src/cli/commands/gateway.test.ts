import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { ContinuoError } from "../../domain/errors.ts";
import type { GatewayFile, RunOptions } from "../deps.ts";
import { fakeCli, type FakeCli } from "../testing/fake-cli.ts";
import { fakeGateway, type FakeGateway } from "../testing/fake-gateway.ts";

interface World {
  readonly cli: FakeCli;
  readonly gateway: FakeGateway;
  readonly spawned: string[][];
  readonly signals: string[];
  alive: boolean;
}

/** One gateway process that can be spawned and signalled; it dies of `mortal` signals. */
async function world(run: (world: World) => Promise<void>, start: { alive: boolean; mortal?: readonly string[]; dies?: boolean } = { alive: false }): Promise<void> {
  const gateway = await fakeGateway({ status: () => ({ version: "1.2.3" }) });
  const spawned: string[][] = [];
  const signals: string[] = [];
  let now = Date.parse("2026-11-21T10:00:00Z");
  const state: { here?: World } = {};
  const cli = fakeCli({
    daemon: {
      holder: (): GatewayFile | null => (state.here?.alive ? gateway.file : null),
      isAlive: () => state.here?.alive === true,
      spawn(args, logPath) {
        spawned.push([...args]);
        writeFileSync(logPath, "an old line\nPort 18789 is already in use.\n");
        if (state.here) state.here.alive = start.dies !== true;
        return gateway.file.pid;
      },
      kill(_pid, signal) {
        signals.push(signal);
        if ((start.mortal ?? ["SIGTERM"]).includes(signal) && state.here) state.here.alive = false;
      },
    },
  });
  const time = { now: () => now, pause: async (ms: number) => void (now += ms, await new Promise((resolve) => setImmediate(resolve))) };
  const here: World = { cli: { ...cli, deps: { ...cli.deps, time } }, gateway, spawned, signals, alive: start.alive };
  state.here = here;
  try {
    await run(here);
  } finally {
    cli.remove();
    await gateway.close();
  }
}

async function runWith({ cli }: World, ...argv: string[]): Promise<number> {
  const { runCli } = await import("../program.ts");
  return runCli(cli.deps, argv);
}

test("start runs the gateway in the background and waits until it is ready", async () => {
  await world(async (here) => {
    assert.equal(await runWith(here, "gateway", "start", "--port", "18800", "--verbose"), 0);
    assert.deepEqual(here.spawned, [["gateway", "run", "--port", "18800", "--verbose"]]);
    assert.match(here.cli.stdout(), /^Started gateway \(pid 4711\) on ws:\/\/127\.0\.0\.1:\d+\nOpen the page {2}http:\/\/127\.0\.0\.1:\d+\/#token=t{48}\nIn a terminal {2}continuo chat\nLog {12}/);
  });
});

test("a second start leaves the first one alone and says who runs", async () => {
  await world(
    async (here) => {
      assert.equal(await runWith(here, "gateway", "start"), 0);
      assert.match(here.cli.stdout(), /^The gateway already runs: pid 4711 on ws:\/\/127\.0\.0\.1:\d+, for 1m5s\./);
      assert.deepEqual(here.spawned, []);
    },
    { alive: true },
  );
});

test("a gateway that stops while starting is a failure that quotes its log", async () => {
  await world(
    async (here) => {
      assert.equal(await runWith(here, "gateway", "start"), 1);
      assert.match(here.cli.stderr(), /stopped while it was starting\.\n {2}\| an old line\n {2}\| Port 18789 is already in use\.\n/);
    },
    { alive: false, dies: true },
  );
});

test("stop asks once, waits 30 s, and ends it the hard way with --force alone", async () => {
  await world(
    async (here) => {
      assert.equal(await runWith(here, "gateway", "stop"), 0);
      assert.equal(here.cli.stdout(), "Stopped gateway (pid 4711)\n");
      assert.equal(await runWith(here, "gateway", "stop"), 0);
      assert.match(here.cli.stdout(), /The gateway is not running\.\n$/);
    },
    { alive: true },
  );
  const stubborn = { alive: true, mortal: ["SIGKILL"] };
  await world(async (here) => {
    assert.equal(await runWith(here, "gateway", "stop"), 1);
    assert.deepEqual(here.signals, ["SIGTERM"]);
    assert.match(here.cli.stderr(), /has not stopped within 30 s\. \[GATEWAY_TIMEOUT\]\n {2}fix: .*--force/);
  }, stubborn);
  await world(async (here) => {
    assert.equal(await runWith(here, "gateway", "stop", "--force", "--json"), 0);
    assert.deepEqual(here.signals, ["SIGTERM", "SIGKILL"]);
    assert.deepEqual(here.cli.json(), { ok: true, action: "stop", result: "stopped", pid: 4711 });
  }, stubborn);
});

test("restart prints the line of spec 10.4, and starts when none runs", async () => {
  await world(
    async (here) => {
      assert.equal(await runWith(here, "gateway", "restart"), 0);
      assert.equal(here.cli.stdout(), `Restarted gateway (pid 4711) on ws://127.0.0.1:${here.gateway.file.port}\n`);
      assert.deepEqual([here.signals, here.spawned.length], [["SIGTERM"], 1]);
    },
    { alive: true },
  );
  await world(
    async (here) => {
      assert.equal(await runWith(here, "gateway", "restart", "--json"), 0);
      assert.deepEqual(here.cli.json(), { ok: true, action: "restart", result: "restarted", pid: 4711 });
      assert.equal(here.cli.stderr(), "");
    },
    { alive: true },
  );
  await world(async (here) => {
    assert.equal(await runWith(here, "gateway", "restart"), 0);
    assert.match(here.cli.stdout(), /^Started gateway \(pid 4711\) on ws:/);
  });
});

test("restart leaves a gateway alone that could not start again", async () => {
  await world(
    async (here) => {
      const { runCli } = await import("../program.ts");
      const load = () => Promise.reject(new ContinuoError("CONFIG_ENV_MISSING", "channels.telegram.botToken: the variable is not set"));
      assert.equal(await runCli({ ...here.cli.deps, settings: { ...here.cli.deps.settings, load } }, ["gateway", "restart"]), 1);
      assert.deepEqual([here.signals, here.alive], [[], true]);
      assert.match(here.cli.stderr(), /CONFIG_ENV_MISSING/);
    },
    { alive: true },
  );
});

test("a stopped gateway whose process nobody reaps counts as stopped", async () => {
  await world(
    async (here) => {
      const daemon = { ...here.cli.deps.daemon, holder: () => (here.signals.length === 0 ? here.gateway.file : null), isAlive: () => true };
      const { runCli } = await import("../program.ts");
      assert.equal(await runCli({ ...here.cli.deps, daemon }, ["gateway", "stop"]), 0);
      assert.match(here.cli.stdout(), /^Stopped gateway \(pid 4711\)/);
    },
    { alive: true },
  );
});

test("gateway status exits with 0 when it runs and 3 when not", async () => {
  await world(
    async (here) => {
      assert.equal(await runWith(here, "gateway", "status"), 0);
      assert.match(here.cli.stdout(), /^Gateway: running, ready\npid 4711 on ws:\/\/127\.0\.0\.1:\d+, version 1\.2\.3, for 1m5s\n/);
    },
    { alive: true },
  );
  await world(async (here) => {
    assert.equal(await runWith(here, "gateway", "status", "--json"), 3);
    assert.deepEqual(here.cli.json(), { running: false });
  });
});

test("bare gateway runs it here, like gateway run", async () => {
  for (const argv of [["gateway", "--port", "0", "--bind", "lan"], ["gateway", "run", "--port", "0", "--bind", "lan"]]) {
    const ran: RunOptions[] = [];
    const cli = fakeCli({ daemon: { run: (options) => Promise.resolve(void ran.push(options)) } });
    assert.equal(await cli.run(...argv), 0);
    assert.deepEqual(ran, [{ port: 0, bind: "lan", verbose: false }]);
    cli.remove();
  }
});

test("gateway call prints the method and the answer; with --json the answer alone", async () => {
  await world(
    async (here) => {
      assert.equal(await runWith(here, "gateway", "call", "status", "--params", '{"a":1}'), 0);
      assert.equal(here.cli.stdout(), 'Gateway call: status\n{\n  "version": "1.2.3"\n}\n');
      assert.deepEqual(here.gateway.calls.at(-1), { method: "status", params: { a: 1 } });
    },
    { alive: true },
  );
  await world(
    async (here) => {
      assert.equal(await runWith(here, "gateway", "call", "status", "--json"), 0);
      assert.deepEqual(here.cli.json(), { version: "1.2.3" });
    },
    { alive: true },
  );
});

test("the token of this gateway is not sent to another one that --url names", async () => {
  await world(async (here) => {
    assert.equal(await runWith(here, "gateway", "call", "status", "--json", "--url", `ws://127.0.0.1:${here.gateway.file.port}`), 0);
    assert.deepEqual(here.gateway.calls[0]?.params.auth, {});
  });
});
