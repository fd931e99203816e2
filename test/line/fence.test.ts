import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { message, openTo, say, startHarness, until } from "./harness.ts";

test("the commit of a holder whose turn was taken over is refused and leaves nothing: no entry, no reply, no end", async () => {
  const release = Promise.withResolvers<void>();
  const h = await startHarness({
    config: openTo("telegram"),
    answers: {
      echo: async function* () {
        if (h.requests.length === 1) await release.promise;
        yield* say(`answer ${h.requests.length}`);
      },
    },
  });
  const database = new DatabaseSync(join(h.directory, "state.sqlite"));
  const rows = (table: string): number => (database.prepare(`select count(*) as n from ${table}`).get() as { n: number }).n;
  await h.receive(message("hello"));
  await until("it runs", () => h.requests.length === 1);
  database.exec(`update turns set holder = 'another', fence = fence + 1, lease_until = ${Date.now() + 3_600_000}`);
  release.resolve();
  await until("the former holder has let go", () => h.line.running() === 0);
  assert.deepEqual([rows("outbox"), rows("entries where role = 'assistant'"), rows("turns where state = 'running'"), rows("inbox where state = 'claimed'")], [0, 0, 1, 1]);
  // The other one dies as well: whoever comes next answers, once.
  database.exec("update turns set lease_until = 0");
  h.line.wake("agent:main:telegram:dm:42");
  await h.settled();
  assert.deepEqual(h.channel("telegram").sent.map(({ part }) => part.text), ["answer 2"]);
  assert.deepEqual(await h.texts("agent:main:telegram:dm:42"), ["user: hello", "assistant: answer 2"]);
  database.close();
  await h.close();
});
