import assert from "node:assert/strict";
import { test } from "node:test";
import { openPostgres } from "../../src/store/engines/postgres/engine.ts";
import { findCursor } from "../../src/store/statements/find-cursor.ts";
import { upsertCursor } from "../../src/store/statements/upsert-cursor.ts";
import { until } from "../e2e/client.ts";
import { createDatabase, dropDatabase, joinRun, query } from "./databases.ts";
import { ENGINE, postgresOnly } from "./engine.ts";

if (ENGINE === "postgres") await joinRun();

const ROUNDS = 25;
const SESSIONS = 20;
const END_ALL = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'continuo%'";

test("a server that ends all connections at a busy moment fails what is under way and nothing else: this process lives, and what comes next works", postgresOnly("a server ends connections"), async (t) => {
  const url = await createDatabase();
  const store = await openPostgres({ url, connections: 10, onError: () => undefined });
  t.after(async () => {
    await store.close();
    await dropDatabase(url);
  });
  const place = (name: string) => ({ channel: "telegram", account: "default", name });
  const put = async (name: string, value: string): Promise<string> => {
    await store.transaction(async (tx) => {
      await tx.run(upsertCursor, { ...place(name), value });
      await tx.get(findCursor, place(name));
    }, name);
    return name;
  };
  const kept = new Map<string, string>();
  let failed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const asked = Promise.allSettled(Array.from({ length: 5 * SESSIONS }, (_, index) => put(`s${index % SESSIONS}`, `${round}`)));
    const looked = Promise.allSettled(Array.from({ length: SESSIONS }, () => store.get(findCursor, place("s0"))));
    await query(url, END_ALL, []);
    await looked;
    for (const one of await asked) {
      if (one.status === "fulfilled") kept.set(one.value, `${round}`);
      else failed += 1;
    }
  }
  // A connection that was idle may not have heard yet that it has ended.
  await until("the next one is kept", () => put("last", "1").catch(() => null));
  assert.ok(failed > 0, "some of it was under way");
  for (const [name, value] of kept) {
    const found = await until("it can be read", () => store.get(findCursor, place(name)).catch(() => null));
    assert.ok(Number(found.value) >= Number(value), `${name} was acknowledged in round ${value}`);
  }
});
