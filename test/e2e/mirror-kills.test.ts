import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openLocalForWriting } from "../../src/main/local.ts";
import { rowsIn, storeConfig } from "../store/database.ts";
import { until } from "./client.ts";
import { gatewayConfig, modelConfig } from "./house.ts";
import { stage } from "./stage.ts";

const DIR = ["agents", "main", "sessions"] as const;

interface Shown {
  readonly role: string;
  readonly content: string;
  readonly id: string;
}

/** What the database shows of every session's conversation, by session id. */
async function wanted(stateDir: string): Promise<Map<string, string[]>> {
  const rows = await rowsIn<{ session_id: string; role: string; text: string; id: string }>(stateDir, "select session_id, role, text, id from entries e where not exists (select 1 from asides a where a.entry_id = e.id) order by session_id, seq");
  return new Map([...Map.groupBy(rows, ({ session_id: id }) => id)].map(([id, said]) => [id, said.map(({ role, text, id: entry }) => `${entry} ${role} ${text}`)]));
}

function written(stateDir: string, sessionId: string): string[] {
  const path = join(stateDir, ...DIR, `${sessionId}.jsonl`);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Shown).map(({ id, role, content }) => `${id} ${role} ${content}`);
}

test("a gateway that is killed while it writes the copies, several times, has them whole again; a rebuild makes them whole whatever lies there", async (t) => {
  const house = stage(t);
  const stateDir = house.directory();
  const config = { gateway: gatewayConfig(), ...modelConfig({ mock: await house.model() }), ...(await storeConfig(stateDir)) };
  const keys = ["main", "second", "third"];
  for (let round = 0; round < 4; round++) {
    const gateway = await house.gateway({ stateDir, config });
    const client = await house.client(gateway);
    // Nobody waits for the copies: the kill meets them wherever they are.
    await Promise.all(keys.map(async (key) => {
      for (let i = 0; i <= round; i++) await client.ask(`round ${round}, number ${i} ${"x".repeat(2_000 * round)}`, key);
    }));
    await gateway.kill();
  }
  const last = await house.gateway({ stateDir, config });
  const all = await wanted(stateDir);
  assert.equal(all.size, keys.length);
  await until("the copies say what the database says", () => [...all].every(([id, said]) => JSON.stringify(written(stateDir, id)) === JSON.stringify(said)));
  // While it runs it may be writing one.
  assert.equal(await last.stop(), 0);
  assert.deepEqual(readdirSync(join(stateDir, ...DIR)).filter((name) => name.endsWith(".continuo-tmp")), []);

  const [first = "", second = ""] = [...all.keys()];
  writeFileSync(join(stateDir, ...DIR, `${first}.jsonl`), "somebody wrote here\n");
  writeFileSync(join(stateDir, ...DIR, "sessions.json"), "{");
  writeFileSync(join(stateDir, ...DIR, "of-nothing.jsonl"), "{}\n");
  writeFileSync(join(stateDir, ...DIR, `${second}.jsonl`), "");
  const local = await openLocalForWriting({ OPENCLAW_STATE_DIR: stateDir }, "0.0.0-test");
  const done = (await local.call("mirror.rebuild", {})) as { sessions: number; transcripts: number; removed: number };
  await local.close();
  assert.deepEqual([done.sessions, done.transcripts, done.removed], [keys.length, keys.length, 1]);
  for (const [id, said] of all) assert.deepEqual(written(stateDir, id), said);
  const index = JSON.parse(readFileSync(join(stateDir, ...DIR, "sessions.json"), "utf8")) as Record<string, { sessionId: string }>;
  assert.deepEqual(Object.values(index).map(({ sessionId }) => sessionId).toSorted(), [...all.keys()].toSorted());
});
