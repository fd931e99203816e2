import assert from "node:assert/strict";
import { test } from "node:test";
import { rowsIn, tamperIn } from "../store/database.ts";
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
  const rows = async (table: string): Promise<number> => (await rowsIn(h.directory, `select * from ${table}`)).length;
  await h.receive(message("hello"));
  await until("it runs", () => h.requests.length === 1);
  await tamperIn(h.directory, `update turns set holder = 'another', fence = fence + 1, lease_until = ${Date.now() + 3_600_000}`);
  release.resolve();
  await until("the former holder has let go", () => h.line.turns.running() === 0);
  const left = await Promise.all(["outbox", "entries where role = 'assistant'", "turns where state = 'running'", "inbox where state = 'claimed'"].map(rows));
  assert.deepEqual(left, [0, 0, 1, 1]);
  // The other one dies as well: whoever comes next answers, once.
  await tamperIn(h.directory, "update turns set lease_until = 0");
  h.line.turns.wake("agent:main:telegram:dm:42");
  await h.settled();
  assert.deepEqual(h.channel("telegram").sent.map(({ part }) => part.text), ["answer 2"]);
  assert.deepEqual(await h.texts("agent:main:telegram:dm:42"), ["user: hello", "assistant: answer 2"]);
  await h.close();
});
