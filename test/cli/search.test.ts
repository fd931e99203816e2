import assert from "node:assert/strict";
import { test } from "node:test";
import { removeStateDir } from "../store/database.ts";
import { continuo, startGateway, temporaryStateDir } from "./process.ts";

test("what was said a moment ago is found by a command, while the gateway runs and after it", async (t) => {
  const stateDir = temporaryStateDir();
  const gateway = await startGateway({ stateDir, config: {} });
  t.after(async () => {
    await gateway.stop();
    await removeStateDir(stateDir);
  });
  const run = (...args: string[]) => continuo(args, { stateDir });
  assert.equal((await run("chat", "--message", "My bike is behind the church")).code, 0);
  assert.equal((await run("chat", "--message", "我的自行车在教堂后面")).code, 0);
  const running = await run("sessions", "search", "bike", "chur");
  assert.match(running.stdout, /^SESSION +WHEN +WHO\nagent:main:main +just now +\S[^]*My bike is behind the church\n/);
  await gateway.stop();
  const stopped = await run("sessions", "search", "自行车", "--json");
  assert.deepEqual([stopped.code, stopped.stderr], [0, ""]);
  const answer = JSON.parse(stopped.stdout) as { hits: { sessionKey: string; excerpt: string }[]; missingBefore: number | null };
  assert.ok(answer.hits.some(({ sessionKey, excerpt }) => sessionKey === "agent:main:main" && excerpt === "我的自行车在教堂后面"));
  assert.equal(answer.missingBefore, null);
  assert.equal((await run("sessions", "search", "nobody said this")).stdout, "Nothing was found.\n");
});
