import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { SqlPort } from "../../src/store/copy/sql-port.ts";
import { openPostgresPort } from "../../src/store/engines/postgres/copy/port.ts";
import { openSqlitePort } from "../../src/store/engines/sqlite/copy/port.ts";
import { continuo, type RunningGateway } from "../cli/process.ts";
import type { ChatBody } from "../servers/model-server.ts";
import { createDatabase, dropDatabase } from "../store/databases.ts";
import { betweenEngines } from "../store/engine.ts";
import { fillStore } from "../stores/filler.ts";
import { connect, until, type Client, type Place } from "./client.ts";
import { gatewayConfig, modelConfig, questionOf, readLog } from "./house.ts";
import { stage } from "./stage.ts";

const BOTH = betweenEngines("a move is from one engine to the other");

interface StoreStatus {
  readonly engine: string;
  readonly location: string;
  readonly move: { readonly state: string } | null;
  readonly last: { readonly state: string } | null;
  readonly gateways: readonly object[];
}

function statusOf(stdout: string): StoreStatus {
  return JSON.parse(stdout) as StoreStatus;
}

async function database(t: TestContext): Promise<string> {
  const url = await createDatabase();
  t.after(() => dropDatabase(url));
  return url;
}

/** Says one thing after the other, also while the gateway restarts: what was not acknowledged is said again under its id. */
async function talker(place: Place, name: string): Promise<{ stop(): Promise<string[]> }> {
  const state = { over: false };
  const said: string[] = [];
  const talking = (async () => {
    let client: Client | null = null;
    for (let number = 0; !state.over; ) {
      const text = `${name} ${number}`;
      try {
        client ??= await connect(place);
        await client.request("chat.send", { sessionKey: "main", message: text, idempotencyKey: `key-${text}` });
        said.push(text);
        number += 1;
      } catch {
        // It restarts: the same is said again.
        client = null;
      }
    }
    await client?.close();
  })();
  return {
    async stop() {
      state.over = true;
      await talking;
      return said;
    },
  };
}

/** Each was heard once, in the order in which it was said. */
async function assertHeard(gateway: RunningGateway, said: readonly string[], port: SqlPort): Promise<void> {
  const client = await connect(gateway);
  await client.settled();
  const rows = await port.ask("select text from entries where role = 'user' order by at, seq");
  await port.close();
  const words = rows.flatMap(([text]) => String(text).match(/(?:to|fro) \d+/g) ?? []);
  assert.deepEqual(words.filter((word) => said.includes(word)), said);
  await client.close();
}

const EVERY_MS = 1_000;

/** Whatever was fired, the next instant that lay ahead then was fired too: each of them once, whichever database it was in. */
async function assertFired(port: SqlPort): Promise<void> {
  const runs = await port.ask("select r.due_at, r.started_at, r.status, (select count(*) from inbox i where i.run_id = 'cron:' || r.job_id || ':due:' || r.due_at) from job_runs r where r.kind = 'due' order by r.due_at");
  const [[job]] = (await port.ask("select job from jobs")) as [[string]];
  await port.close();
  const { anchorMs } = (JSON.parse(job) as { schedule: { anchorMs: number } }).schedule;
  const fired = runs.map(([dueAt, startedAt, status, items]) => ({ dueAt: Number(dueAt), startedAt: Number(startedAt), status, items: Number(items) }));
  assert.ok(fired.length > 2, `${fired.length}`);
  for (const [nth, { dueAt, startedAt, status, items }] of fired.entries()) {
    const after = anchorMs + (Math.floor((Math.max(dueAt, startedAt) - anchorMs) / EVERY_MS) + 1) * EVERY_MS;
    assert.deepEqual([status, items, fired[nth + 1]?.dueAt ?? after], [status === "skipped" ? status : "ok", status === "skipped" ? 0 : 1, after]);
  }
}

test("a gateway moves to PostgreSQL and back while somebody speaks and a job fires: no word is lost or doubled, no instant either, and the conversation goes on", BOTH, async (t) => {
  const house = stage(t);
  const model = await house.model((body: ChatBody) => ({ kind: "reply", text: `heard: ${questionOf(body).slice(0, 40)}` }));
  const stateDir = house.directory();
  const gateway = await house.gateway({ stateDir, config: { store: {}, gateway: gatewayConfig(), ...modelConfig({ mock: model }) } });
  const first = await house.client(gateway);
  await first.ask("remember the blue door");
  await first.request("cron.add", { name: "clockwork", schedule: { kind: "every", everyMs: EVERY_MS }, payload: { kind: "agentTurn", message: "Say what time it is." }, delivery: { mode: "none" } });
  await first.close();
  const url = await database(t);
  for (const to of [url, "sqlite"]) {
    const onlooker = await connect(gateway);
    const speaker = await talker(gateway, to === url ? "to" : "fro");
    const { code, stdout, stderr } = await continuo(["store", "move", "--to", to, "--json"], { stateDir });
    const said = await speaker.stop();
    assert.equal(code, 0, `${stdout}${stderr}${gateway.log()}`);
    assert.ok(said.length > 2);
    for (const phase of ["copy", "compare"]) assert.match(stderr, new RegExp(`"phase":"${phase}"`));
    assert.equal(await onlooker.closed, 1012);
    assert.ok(onlooker.events.some(({ event, payload }) => event === "notice" && /another database/.test(JSON.stringify(payload))));
    const status = statusOf((await continuo(["store", "status", "--json"], { stateDir })).stdout);
    assert.deepEqual([status.engine, status.last?.state, status.move?.state, status.gateways.length], [to === url ? "postgres" : "sqlite", "done", "ready", 1]);
    await assertHeard(gateway, said, to === url ? await openPostgresPort(url) : openSqlitePort(join(stateDir, "continuo", "continuo.sqlite")));
  }
  assert.ok(!/store"?: *\{[^}]*url/.test(readFileSync(join(stateDir, "openclaw.json"), "utf8")));
  assert.ok(readdirSync(join(stateDir, "continuo")).some((name) => /continuo\.sqlite\.moved-/.test(name)), "the first database is kept");
  const last = await house.client(gateway);
  assert.ok((await last.history("main")).some(({ text }) => text.includes("blue door")));
  assert.match(await last.ask("and now"), /heard/);
  for (const { id } of (await last.request<{ jobs: { id: string }[] }>("cron.list", {})).jobs) await last.request("cron.update", { id, patch: { enabled: false } });
  await last.settled();
  await until("no run of the job is open", async () => (await last.request<{ entries: { status: string }[] }>("cron.runs", {})).entries.every(({ status }) => status !== "running"));
  await assertFired(openSqlitePort(join(stateDir, "continuo", "continuo.sqlite")));
  assert.equal(readLog(stateDir).filter(({ level }) => level >= 50).length, 0);
});

test("a gateway that is killed in the middle of a move goes on with what it has, and the same command ends the move; the old database is not started on", BOTH, async (t) => {
  const house = stage(t);
  const model = await house.model((body: ChatBody) => ({ kind: "reply", text: `heard: ${questionOf(body).slice(0, 40)}` }));
  const config = { store: {}, gateway: gatewayConfig(), ...modelConfig({ mock: model }) };
  const stateDir = house.directory();
  mkdirSync(join(stateDir, "continuo"), { recursive: true, mode: 0o700 });
  fillStore(join(stateDir, "continuo", "continuo.sqlite"), { sessions: 20, bytes: 3_000_000 });
  const url = await database(t);
  for (const phase of ["copy", "compare"]) {
    const gateway = await house.gateway({ stateDir, config });
    const client = await connect(gateway);
    const moving = client.request("store.move", { to: url }).catch(() => undefined); // the gateway is killed under it
    await client.event(phase, ({ event, payload }) => event === "store.progress" && JSON.stringify(payload).includes(phase));
    await gateway.kill({ keep: true });
    await moving;
  }
  const killed = statusOf((await continuo(["store", "status", "--json"], { stateDir })).stdout);
  assert.deepEqual([killed.engine, killed.move?.state], ["sqlite", "moving"]);
  const again = await house.gateway({ stateDir, config });
  const speaker = await house.client(again);
  await speaker.ask("to 1");
  await speaker.settled();
  assert.equal(await again.stop(), 0);

  const { code, stdout, stderr } = await continuo(["store", "move", "--to", url, "--json"], { stateDir });
  assert.equal(code, 0, stdout + stderr);
  const moved = await house.gateway({ stateDir });
  await assertHeard(moved, ["to 1"], await openPostgresPort(url));
  const refusal = await continuo(["store", "move", "--to", url, "--json"], { stateDir });
  assert.match(refusal.stdout, /"REQUEST_INVALID"|"STORE_OCCUPIED"/);
  assert.equal(await moved.stop(), 0);

  await assert.rejects(house.gateway({ stateDir, config }), /STORE_MOVED/);
  const cancelled = await continuo(["store", "move", "--cancel", "--json"], { stateDir });
  assert.deepEqual(JSON.parse(cancelled.stdout), { cancelled: true });
  const old = await house.gateway({ stateDir, config });
  assert.equal(await old.stop(), 0);
  const occupied = await continuo(["store", "move", "--to", url, "--json"], { stateDir });
  assert.match(occupied.stdout, /"STORE_OCCUPIED"/);
});
