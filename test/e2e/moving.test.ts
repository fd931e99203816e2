import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import { test } from "node:test";
import { tracesIn, treeOf } from "../openclaw/house.ts";
import { rowsIn, storeConfig } from "../store/database.ts";
import { until } from "./client.ts";
import { gatewayConfig, modelConfig } from "./house.ts";
import { stage } from "./stage.ts";

const FIXTURE = join(import.meta.dirname, "../fixtures/openclaw/jsonl");
const MAIN = join(import.meta.dirname, "../../src/main.ts");

interface Report {
  readonly totals: { readonly added: number; readonly there: number; readonly conversations: number };
  readonly people: readonly { readonly identity: string; readonly state: string; readonly why: string | null }[];
  readonly troubles: readonly unknown[];
}

test("the gateway runs: what is imported through it is in its lists and its copies, is talked on, and goes out again; people are linked when asked for", async (t) => {
  const house = stage(t);
  const stateDir = house.directory();
  const source = house.directory();
  cpSync(FIXTURE, source, { recursive: true });
  const before = tracesIn(source);
  const config = { gateway: gatewayConfig(), ...modelConfig({ mock: await house.model() }), ...(await storeConfig(stateDir)) };
  const gateway = await house.gateway({ stateDir, config });
  const client = await house.client(gateway);
  const report = await client.request<Report>("import.openclaw", { from: source, linkPeople: true });
  assert.equal(report.totals.added, 6);
  assert.deepEqual(report.troubles, []);
  assert.deepEqual(report.people.map(({ identity, state, why }) => [identity, state, why]), [["telegram:111222333", "done", null], ["discord:444555666", "done", null], ["telegram:777888999", "done", null]]);
  const { people } = await client.request<{ people: { name: string; identities: unknown[] }[] }>("people.list", {});
  assert.deepEqual(people.filter(({ name }) => name === "ann").map(({ identities }) => identities.length), [2]);
  const { sessions } = await client.request<{ sessions: { key: string; messageCount: number }[] }>("sessions.list", {});
  assert.equal(sessions.find(({ key }) => key === "agent:main:main")?.messageCount, 8);
  await client.ask("Still the same conversation?");
  const { messages } = await client.request<{ messages: { content: { text: string }[] }[] }>("chat.history", { sessionKey: "main" });
  assert.equal(messages[0]?.content[0]?.text, "My locker code is 7319.");
  assert.equal(messages.at(-2)?.content[0]?.text, "Still the same conversation?");
  const again = await client.request<Report>("import.openclaw", { from: source });
  assert.deepEqual([again.totals.added, again.totals.there], [0, 6]);
  const to = join(house.directory(), "out");
  const out = await client.request<{ totals: { entries: number } }>("export.openclaw", { to });
  assert.equal(out.totals.entries, 20 + 2);
  assert.deepEqual(tracesIn(source), before);
  const rebuilt = await client.request<{ transcripts: number }>("mirror.rebuild", {});
  assert.equal(rebuilt.transcripts, 6);
});

test("P15 a process that is killed while it imports leaves what the next one ends: kill -9, several times", async (t) => {
  const house = stage(t);
  const [stateDir, source] = [house.directory(), house.directory()];
  const folder = join(source, "agents/main/sessions");
  mkdirSync(folder, { recursive: true });
  const rows: Record<string, object> = {};
  for (let n = 0; n < 12; n++) {
    const id = `f8282125-0000-4000-8000-${String(n).padStart(12, "0")}`;
    rows[`agent:main:telegram:direct:${n}`] = { sessionId: id, updatedAt: 1_773_828_060_000 + n };
    const turns = Array.from({ length: 600 }, (_, i) => [`e${i}`, i === 0 ? null : `e${i - 1}`, i % 2 === 0 ? "user" : "assistant", `${n}: number ${i}`] as const);
    writeFileSync(join(folder, `${id}.jsonl`), treeOf(id, turns));
  }
  writeFileSync(join(folder, "sessions.json"), JSON.stringify(rows));
  writeFileSync(join(stateDir, "openclaw.json"), JSON.stringify(await storeConfig(stateDir)));
  const args = [MAIN, "import", "openclaw", "--from", source, "--json"];
  const env = { ...process.env, OPENCLAW_STATE_DIR: stateDir };
  const stored = async (): Promise<number> => Number((await rowsIn<{ n: number }>(stateDir, "select count(*) as n from entries").catch(() => [{ n: 0 }]))[0]?.n ?? 0);
  for (let kills = 0; kills < 4; kills++) {
    const before = await stored();
    const child = spawn(execPath, args, { env, stdio: "ignore" });
    const ended = new Promise((done) => child.on("exit", done));
    const isOver = (): boolean => child.exitCode !== null;
    await until("it has written something", async () => isOver() || (await stored()) > before + 300 * kills);
    child.kill("SIGKILL");
    await ended;
  }
  const last = spawn(execPath, args, { env, stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  last.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  assert.equal(await new Promise((done) => last.on("close", done)), 0);
  const report = JSON.parse(text) as Report;
  assert.deepEqual([report.totals.conversations, report.totals.added + report.totals.there, report.troubles], [12, 12, []]);
  const counts = await rowsIn<{ n: number; low: number; high: number }>(stateDir, "select count(*) as n, min(seq) as low, max(seq) as high from entries group by session_id");
  assert.deepEqual(counts.map(({ n, low, high }) => [Number(n), Number(low), Number(high)]), Array.from({ length: 12 }, () => [600, 1, 600]));
  const speakers = await rowsIn<{ messages: number }>(stateDir, "select messages from participants");
  assert.deepEqual(speakers.map(({ messages }) => Number(messages)), Array.from({ length: 12 }, () => 300));
});
