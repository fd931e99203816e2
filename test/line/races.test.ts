import assert from "node:assert/strict";
import { test } from "node:test";
import { rowsIn, tamperIn } from "../store/database.ts";
import { hang, message, openTo, operator, say, startHarness, until } from "./harness.ts";

const DM = "agent:main:telegram:dm:42";

test("a stop that comes while a turn is being committed hits nothing: its answer is owed", async () => {
  let stopped: Promise<readonly string[]> | null = null;
  let abort: () => Promise<readonly string[]> = async () => [];
  const h = await startHarness({
    config: openTo("telegram"),
    probe: (step) => {
      if (step === "before-commit") stopped = abort();
    },
  });
  abort = () => h.line.turns.abort(DM, null);
  await h.receive(message("hello"));
  await h.settled();
  assert.deepEqual(await stopped, []);
  assert.deepEqual(h.channel("telegram").sent.map(({ part }) => part.text), ["echo: hello"]);
  await h.close();
});

test("a sender is told of the new conversation though the gateway died in the turn that began it", async () => {
  let now = Date.now();
  const clock = { now: () => now };
  const config = { ...openTo("telegram"), session: { reset: { mode: "idle" as const, idleMinutes: 10 } } };
  const first = await startHarness({ config, clock, answers: { echo: (request) => (request.messages.at(-1)?.text === "after" ? hang() : say("fine")) } });
  await first.receive(message("before"));
  await first.settled();
  now += 3_600_000;
  await first.receive(message("after"));
  await until("the turn runs", () => first.requests.length === 2);
  await first.kill();
  const second = await startHarness({ config, clock, directory: first.directory });
  await second.settled();
  assert.match(second.channel("telegram").sent[0]?.part.text ?? "", /^_New conversation: this one was idle[^]*echo: after$/);
  await second.close();
});

test("a clock that is set back does not hold what queued behind a run", async () => {
  let back = 0;
  const clock = { now: () => Date.now() - back };
  const release = Promise.withResolvers<void>();
  const h = await startHarness({
    config: openTo("telegram"),
    clock,
    debounceMs: 200,
    answers: {
      echo: async function* (request) {
        const text = request.messages.at(-1)?.text ?? "";
        if (text === "slow") await release.promise;
        yield* say(`echo: ${text}`);
      },
    },
    // The next that happens is the wait for more.
    probe: (step) => {
      if (step === "committed") setTimeout(() => (back = 3_600_000), 5);
    },
  });
  await h.receive(message("slow"));
  await until("the slow turn runs", () => h.requests.length === 1);
  await h.receive(message("queued"));
  release.resolve();
  await until("both are answered", () => h.requests.length === 2, 5_000);
  await h.close();
});

test("a session that cannot be claimed keeps neither its messages nor other sessions out", async () => {
  const h = await startHarness({ config: openTo("telegram") });
  await h.receive(message("hello"));
  await h.settled();
  await tamperIn(h.directory, "update sessions set session_id = 'gone'");
  const outcome = await h.receive(message("again"));
  assert.equal(outcome.kind, "accepted");
  await h.receive(message("hi", { sender: "43" }));
  await until("the other is answered", () => h.channel("telegram").sent.length === 2);
  const [newest] = await rowsIn(h.directory, "select state from inbox where sender_id = '42' order by seq desc");
  assert.equal(newest?.["state"], "queued");
  await h.close();
});

test("P6 people who share a session get each their own answer at their own address, whatever queued behind what", async () => {
  let release: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => (release = resolve));
  const h = await startHarness({
    config: { ...openTo("telegram"), session: { dmScope: "main" } as never },
    answers: {
      echo: async function* (request) {
        const text = request.messages.at(-1)?.text ?? "";
        if (text === "slow") await slow;
        yield* say(`echo: ${text}`);
      },
    },
  });
  await h.receive(message("slow", { sender: "1" }));
  await until("the slow turn runs", () => h.requests.length === 1);
  for (const [sender, text] of [["2", "two a"], ["2", "two b"], ["3", "three"], ["2", "two c"]] as const) await h.receive(message(text, { sender }));
  await h.receive(operator("from the page"));
  release();
  await h.settled();
  const sent = h.channel("telegram").sent.map(({ address, part }) => `${address.chat} ${part.text.split("\n")[0]}`);
  assert.deepEqual(sent.filter((line) => line.startsWith("1 ")), ["1 echo: slow"]);
  assert.deepEqual(sent.filter((line) => line.startsWith("2 ")), ["2 echo: two b", "2 echo: two c"]);
  assert.deepEqual(sent.filter((line) => line.startsWith("3 ")), ["3 echo: three"]);
  await h.close();
});
