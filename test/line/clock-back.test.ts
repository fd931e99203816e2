import assert from "node:assert/strict";
import { test } from "node:test";
import { operator, startHarness } from "./harness.ts";

test("a machine whose clock is set back between two messages mixes nothing up: the order of acceptance decides, and every message is answered", async () => {
  const time = { now: Date.parse("2026-11-21T12:00:00Z") };
  const h = await startHarness({ clock: { now: () => time.now } });
  try {
    const words = ["one", "two", "three", "four"];
    for (const word of words) {
      await h.receive(operator(word));
      await h.settled();
      time.now -= 3_600_000;
    }
    const asked = h.requests.at(-1)?.messages.filter(({ role }) => role === "user").map(({ text }) => text);
    assert.deepEqual(asked, words);
    assert.equal(h.requests.length, words.length, "no message waits for a time that comes again in an hour");
  } finally {
    await h.close();
  }
});
