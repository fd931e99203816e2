/**
 * P13. CONTINUO_STEADY_SECONDS says for how long all of them write and read, a few seconds by default, and
 * CONTINUO_STEADY_PAUSE_MS how long each session is silent between an answer and its next message, not at all by default.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { continuo } from "../cli/process.ts";
import { until, type Client } from "../e2e/client.ts";
import { gatewayConfig, modelConfig, readLog } from "../e2e/house.ts";
import { stage } from "../e2e/stage.ts";
import { startModelServer } from "../servers/model-server.ts";
import { sqliteOnly } from "../store/engine.ts";
import { startOnlookers } from "./onlookers.ts";

const SECONDS = Number(process.env["CONTINUO_STEADY_SECONDS"] ?? 6);
const PAUSE_MS = Number(process.env["CONTINUO_STEADY_PAUSE_MS"] ?? 0);
const SESSIONS = 100;
/** What is asked stays small however long they talk: it is the database that has to do. */
const CONTEXT_TOKENS = 4_000;
const MOST_JOURNAL = 64e6;
const NEXT_WRITE_MS = 1_000;
/** Whoever asks for an hour sees how far it is. */
const TOLD_EVERY_MS = 60_000;

/** Takes the database for itself, as a program that is stuck does. */
const HOLDER = `
  const { DatabaseSync } = require("node:sqlite");
  const database = new DatabaseSync(process.argv[1]);
  database.exec("pragma busy_timeout = 5000; begin immediate");
  process.stdout.write("held");
  setInterval(() => {}, 1000);
`;

interface Worked {
  readonly turns: number;
  readonly errors: readonly unknown[];
}

async function talkAll(client: Client, isOver: () => boolean): Promise<Worked> {
  const errors: unknown[] = [];
  let turns = 0;
  const talk = async (session: number): Promise<void> => {
    while (!isOver()) {
      await client.ask(`message ${turns} ${"words ".repeat(100)}`, `room-${session}`).then(
        () => (turns += 1),
        (error: unknown) => errors.push(error),
      );
      if (PAUSE_MS > 0) await sleep(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: SESSIONS }, (_, session) => talk(session)));
  return { turns, errors };
}

/** Another program holds the database, a message waits, and the program is killed: ms from there to the write. */
async function heldUp(database: string, client: Client): Promise<number> {
  const holder = spawn(process.execPath, ["-e", HOLDER, database], { stdio: ["ignore", "pipe", "ignore"] });
  await once(holder.stdout, "data");
  const write = client.request("chat.send", { sessionKey: "room-0", message: "held up" });
  holder.kill("SIGKILL");
  await once(holder, "close");
  const killed = performance.now();
  await write;
  return performance.now() - killed;
}

test("P13 a hundred sessions write while commands, backups, another program and removals go on: nobody is locked out, and the journal stays small", { timeout: 7_200_000, ...sqliteOnly("another program opens its file, and its journal is measured") }, async (t) => {
  const house = stage(t);
  const model = await startModelServer({ behave: { kind: "reply", text: "an answer of ordinary length. ".repeat(20) }, record: false });
  t.after(() => model.close());
  const stateDir = house.directory();
  const gateway = await house.gateway({ stateDir, config: { gateway: gatewayConfig(), ...modelConfig({ mock: model }, { contextTokens: CONTEXT_TOKENS }), session: { mirror: false } } });
  const client = await house.client(gateway);
  const other = await house.client(gateway);
  const end = performance.now() + SECONDS * 1_000;
  const isOver = (): boolean => performance.now() > end;
  const database = join(stateDir, "continuo", "continuo.sqlite");
  const file = join(house.directory(), "again.backup");
  const seen = { journal: 0, slowest: 0, backups: 0, removals: 0 };
  const failures: string[] = [];

  const onlookers = startOnlookers(t, stateDir, [["sessions", "--json"], ["status", "--json"]], 400);
  const watching = setInterval(() => (seen.journal = Math.max(seen.journal, statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0)), 20);
  const telling = setInterval(() => console.error(`${Math.round((end - performance.now()) / 1_000)} s to go: journal ${(seen.journal / 1e6).toFixed(1)} MB at most, ${seen.backups} backups, slowest answer ${Math.round(seen.slowest)} ms`), TOLD_EVERY_MS).unref();
  const repeat = async (work: () => Promise<void>): Promise<void> => {
    do await work();
    while (!isOver());
  };
  const backups = repeat(async () => {
    const { code, stderr } = await continuo(["backup", "--to", file], { stateDir });
    if (code === 0) seen.backups += 1;
    else failures.push(stderr);
    rmSync(file, { force: true });
  });
  // It tells something and asks for it in an agent that is removed afterwards with all that it left.
  const removals = repeat(async () => {
    await other.request("verify.run");
    seen.removals += 1;
  });
  const answering = repeat(async () => {
    const began = performance.now();
    await other.request("health");
    seen.slowest = Math.max(seen.slowest, performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
  const { turns, errors } = await talkAll(client, isOver);
  await Promise.all([backups, removals, answering]);
  const { reader, commands } = await onlookers.stop();
  clearInterval(watching);
  clearInterval(telling);

  assert.deepEqual([errors, failures, reader.errors, commands.errors], [[], [], [], []]);
  const complaints = readLog(stateDir).filter(({ level, msg, err }) => level >= 40 && /lock|busy/i.test(`${msg} ${JSON.stringify(err ?? "")}`));
  assert.deepEqual(complaints, []);
  assert.ok(seen.journal < MOST_JOURNAL, `the journal grew to ${seen.journal} bytes`);
  t.diagnostic(`${SECONDS} s: ${turns} turns in ${SESSIONS} sessions, ${seen.backups} backups, ${commands.reads} commands, ${reader.reads} long reads, ${seen.removals} removals: 0 errors, journal ${(seen.journal / 1e6).toFixed(1)} MB at most, slowest answer ${Math.round(seen.slowest)} ms`);

  const waited = await heldUp(database, client);
  assert.ok(waited < NEXT_WRITE_MS, `the next write came ${waited} ms after the holder was killed`);
  t.diagnostic(`${Math.round(waited)} ms from kill -9 of a holder to the next write`);
  await client.settled();
  await until("the journal is brought in", () => statSync(`${database}-wal`).size <= 17e6);
  assert.equal(await gateway.stop(), 0);
});
