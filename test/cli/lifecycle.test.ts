import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { continuo, freePort, startGateway, temporaryStateDir, type Finished } from "./process.ts";

const made: string[] = [];
after(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

function place(): string {
  const stateDir = temporaryStateDir();
  made.push(stateDir);
  return stateDir;
}

function json({ stdout }: Finished): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

function pidOf(stateDir: string): number {
  return (JSON.parse(readFileSync(join(stateDir, "continuo/gateway.json"), "utf8")) as { pid: number }).pid;
}

test("gateway start runs it in the background, ready, with the page's address; its log keeps no token; stop waits for its end", async () => {
  const at = { stateDir: place(), port: await freePort() };
  const started = await continuo(["gateway", "start"], at);
  try {
    assert.equal(started.code, 0, started.stderr);
    const token = /#token=([0-9a-f]{48})\n/.exec(started.stdout)?.[1] ?? "";
    assert.match(started.stdout, new RegExp(`^Started gateway \\(pid \\d+\\) on ws://127\\.0\\.0\\.1:${at.port}\\nOpen the page {2}http://127\\.0\\.0\\.1:${at.port}/#token=`));
    assert.equal((await fetch(`http://127.0.0.1:${at.port}/readyz`)).status, 200);
    const log = readFileSync(join(at.stateDir, "logs/gateway.log"), "utf8");
    assert.notEqual(token, "");
    assert.ok(log.includes("the gateway is ready") && !log.includes(token));
    const again = await continuo(["gateway", "start"], at);
    assert.deepEqual([again.code, /^The gateway already runs: pid (\d+) /.exec(again.stdout)?.[1]], [0, String(pidOf(at.stateDir))]);
    const second = await continuo(["gateway", "run", "--port", "0"], at);
    assert.equal(second.code, 1);
    assert.match(second.stderr, new RegExp(`in use by the gateway with pid ${pidOf(at.stateDir)} \\(port ${at.port}\\)\\. \\[STATE_LOCKED\\]\\n {2}fix: `));
    const pid = pidOf(at.stateDir);
    const restarted = json(await continuo(["gateway", "restart", "--json"], at));
    assert.equal(restarted.result, "restarted");
    assert.notEqual(restarted.pid, pid);
    assert.equal(json(await continuo(["gateway", "status", "--json"], { stateDir: at.stateDir })).port, at.port);
  } finally {
    const pid = existsSync(join(at.stateDir, "continuo/gateway.json")) ? pidOf(at.stateDir) : null;
    const stopped = await continuo(["gateway", "stop"], at);
    assert.equal(stopped.code, 0, stopped.stderr);
    if (pid !== null) assert.throws(() => process.kill(pid, 0), /ESRCH/);
  }
  const down = await continuo(["gateway", "status"], at);
  assert.deepEqual([down.code, down.stdout], [3, "Gateway: not running\nStart it with `continuo gateway start`.\n"]);
});

test("everything in the state directory is for its owner alone, whatever the umask of the shell", async () => {
  const stateDir = place();
  const gateway = await startGateway({ stateDir });
  try {
    const open = readdirSync(stateDir, { recursive: true, encoding: "utf8" }).filter((name) => (statSync(join(stateDir, name)).mode & 0o077) !== 0);
    assert.deepEqual(open, []);
  } finally {
    await gateway.kill();
  }
});

test("what a gateway that was killed left behind is no obstacle, and no stranger's process is taken for it", async () => {
  const stateDir = place();
  const first = await startGateway({ stateDir });
  await first.kill({ keep: true });
  assert.equal(pidOf(stateDir), first.pid);
  // The number of the dead gateway now belongs to somebody else: this very test.
  const file = join(stateDir, "continuo/gateway.json");
  writeFileSync(file, readFileSync(file, "utf8").replace(String(first.pid), String(process.pid)));
  assert.equal((await continuo(["gateway", "status"], { stateDir })).code, 3);
  assert.equal((await continuo(["gateway", "stop"], { stateDir })).stdout, "The gateway is not running.\n");
  const second = await startGateway({ stateDir });
  assert.equal((await continuo(["gateway", "status"], { stateDir })).code, 0);
  assert.equal(await second.stop(), 0);
});

test("a gateway that cannot start says why, in the background as in the foreground", async () => {
  const running = await startGateway();
  try {
    const stateDir = place();
    const failed = await continuo(["gateway", "start", "--port", String(running.port)], { stateDir });
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /stopped while it was starting\.\n(?: {2}\| .*\n)* {2}\| error: .*\[GATEWAY_PORT_TAKEN\]\n/);
    const malformed = place();
    writeFileSync(join(malformed, "openclaw.json"), "{ gateway: { port: 'x' } }");
    const refused = await continuo(["gateway", "run"], { stateDir: malformed });
    assert.deepEqual([refused.code, /gateway\.port: .*Fix: /.test(refused.stderr)], [1, true]);
  } finally {
    await running.stop();
  }
});
