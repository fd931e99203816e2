import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeCli, type FakeCli } from "../testing/fake-cli.ts";
import { fakeGateway, WireRefusal, type FakeConnection, type FakeGateway, type FakeMethod } from "../testing/fake-gateway.ts";

const KEY = "agent:main:main";

function message(text: string) {
  return { role: "assistant", content: [{ type: "text", text }] };
}

/** Answers every chat.send with two deltas and a final that repeats what was sent. */
const echo: FakeMethod = ({ idempotencyKey: runId, sessionKey, message: sent }, connection) => {
  const frame = { runId, sessionKey, channel: "terminal" };
  connection.event("chat", { ...frame, state: "delta", message: message("You "), deltaText: "You " });
  connection.event("chat", { ...frame, state: "delta", message: message("You said "), deltaText: "said " });
  connection.event("chat", { ...frame, state: "final", message: message(`You said ${String(sent)}`) });
  return { runId, status: "started" };
};

async function withGateway(methods: Readonly<Record<string, FakeMethod>>, run: (cli: FakeCli, gateway: FakeGateway) => Promise<void>, terminal: object = {}): Promise<void> {
  const gateway = await fakeGateway(methods);
  const cli = fakeCli({ holder: gateway.file, terminal });
  try {
    await run(cli, gateway);
  } finally {
    cli.remove();
    await gateway.close();
  }
}

test("chat --message prints the answer alone, even when it comes before chat.send has returned", async () => {
  await withGateway({ "chat.send": echo }, async (cli, gateway) => {
    assert.equal(await cli.run("chat", "--message", "hello"), 0);
    assert.deepEqual([cli.stdout(), cli.stderr()], ["You said hello\n", ""]);
    assert.deepEqual(gateway.calls.at(-1), { method: "chat.send", params: { sessionKey: KEY, message: "hello", idempotencyKey: "run-1" } });
  });
});

test("chat --message - reads stdin, and --json says which session and run it was", async () => {
  await withGateway({ "chat.send": echo }, async (cli) => {
    cli.stdin.end("two\nlines\n");
    assert.equal(await cli.run("chat", "--message", "-", "--json", "--agent", "coder", "--session", "work"), 0);
    assert.deepEqual(cli.json(), { sessionKey: "agent:coder:work", runId: "run-1", text: "You said two\nlines", stopped: false });
  });
});

test("chat --message exits with 1 on a turn that failed, a refused message, and a gateway that went away", async () => {
  const failing: FakeMethod = ({ idempotencyKey: runId, sessionKey }, connection) => {
    connection.event("chat", { runId, sessionKey, state: "error", errorMessage: "the model is overloaded" });
    return { runId, status: "started" };
  };
  const refusing: FakeMethod = () => {
    throw new WireRefusal({ code: "INVALID_REQUEST", message: "too long", details: { continuoCode: "MESSAGE_TOO_LARGE" } });
  };
  const leaving: FakeMethod = ({ idempotencyKey }, connection) => {
    setImmediate(() => connection.hangUp("service restart"));
    return { runId: idempotencyKey, status: "started" };
  };
  for (const [method, words] of [
    [failing, /the model is overloaded \[MODEL_UNAVAILABLE\]/],
    [refusing, /too long \[MESSAGE_TOO_LARGE\]\n {2}fix: Send it in smaller parts\./],
    [leaving, /service restart.*\[GATEWAY_UNREACHABLE\]/],
  ] as const) {
    await withGateway({ "chat.send": method }, async (cli) => {
      assert.equal(await cli.run("chat", "-m", "x"), 1);
      assert.equal(cli.stdout(), "");
      assert.match(cli.stderr(), words);
    });
  }
});

test("with the gateway down chat says so, with the cure, and exits with 1", async () => {
  for (const argv of [["chat"], ["chat", "-m", "x"]]) {
    const cli = fakeCli({ config: { gateway: { port: 1 } } });
    assert.equal(await cli.run(...argv), 1);
    assert.match(cli.stderr(), /\[GATEWAY_UNREACHABLE\]\n {2}fix: Start it with `continuo gateway start`\./);
    cli.remove();
  }
});

test("the chat begins with the latest messages and the channel of each that came from elsewhere", async () => {
  const past = [
    { role: "user", channel: "telegram", senderName: "Ada", content: [{ type: "text", text: "from the train" }] },
    { role: "assistant", channel: "telegram", content: [{ type: "text", text: "noted" }] },
    { role: "user", channel: "terminal", content: [{ type: "text", text: "from my desk" }] },
  ];
  await withGateway({ "chat.history": () => ({ sessionId: "s1", messages: past }) }, async (cli) => {
    const done = cli.run("chat");
    await cli.seen("from my desk\n");
    cli.stdin.write("/exit\n");
    assert.equal(await done, 0);
    assert.match(cli.stdout(), /\[telegram\] Ada: from the train\n\[telegram\] main: noted\nyou: from my desk\n/);
  });
});

test("an answer streams in, each part once, and piped input is answered before the chat ends", async () => {
  await withGateway({ "chat.send": echo }, async (cli) => {
    cli.stdin.end("one\ntwo\n");
    assert.equal(await cli.run("chat"), 0);
    assert.match(cli.stdout(), /main: You said one\nmain: You said two\n$/);
  });
});

test("messages that were collected into one turn show its answer once", async () => {
  const runs: string[] = [];
  const collect: FakeMethod = ({ idempotencyKey, sessionKey }, connection) => {
    runs.push(String(idempotencyKey));
    if (runs.length < 2) return { runId: idempotencyKey, status: "started" };
    for (const runId of runs) {
      connection.event("chat", { runId, sessionKey, state: "delta", message: message("Both answered.") });
      connection.event("chat", { runId, sessionKey, state: "final", message: message("Both answered.") });
    }
    return { runId: idempotencyKey, status: "started" };
  };
  await withGateway({ "chat.send": collect }, async (cli) => {
    cli.stdin.end("one\ntwo\n");
    assert.equal(await cli.run("chat"), 0);
    assert.equal(cli.stdout().split("Both answered.").length, 2);
  });
});

test("what is said on another channel of the same session appears live, and other sessions do not", async () => {
  const subscribed = (_params: unknown, connection: FakeConnection) => {
    setImmediate(() => {
      const frame = { runId: "far-1", sessionKey: KEY };
      connection.event("chat", { runId: "other", sessionKey: "agent:main:telegram:dm:2", channel: "telegram", state: "final", message: message("for Bob alone") });
      connection.event("agent", { ...frame, stream: "input", data: { texts: ["I am on the train"], channel: "telegram", senderName: "Ada" } });
      connection.event("chat", { ...frame, channel: "telegram", state: "delta", message: message("Have a ") });
      connection.event("chat", { ...frame, channel: "telegram", state: "final", message: message("Have a good trip") });
    });
    return { subscribed: true };
  };
  await withGateway({ "sessions.subscribe": subscribed }, async (cli) => {
    const done = cli.run("chat");
    await cli.seen("good trip\n");
    cli.stdin.write("/exit\n");
    assert.equal(await done, 0);
    assert.match(cli.stdout(), /\[telegram\] Ada: I am on the train\n\[telegram\] main: Have a good trip\n/);
    assert.doesNotMatch(cli.stdout(), /for Bob alone/);
  });
});

test("the first Ctrl-C stops the running turn, the second one leaves", async () => {
  const methods: Record<string, FakeMethod> = {
    "chat.send": ({ idempotencyKey: runId, sessionKey }, connection) => {
      connection.event("chat", { runId, sessionKey, state: "delta", message: message("Once upon") });
      return { runId, status: "started" };
    },
    "chat.abort": ({ runId, sessionKey }, connection) => {
      connection.event("chat", { runId, sessionKey, state: "aborted", message: message("Once upon"), stopReason: "stop" });
      return { ok: true, aborted: true, runIds: [runId] };
    },
  };
  await withGateway(methods, async (cli, gateway) => {
    const done = cli.run("chat");
    cli.stdin.write("tell me a story\n");
    await cli.seen("Once upon");
    cli.interrupt();
    await cli.seen("Stopped.");
    assert.deepEqual(gateway.calls.at(-1), { method: "chat.abort", params: { sessionKey: KEY, runId: "run-1" } });
    cli.interrupt();
    assert.equal(await done, 0);
  });
});

test("Ctrl-C in chat --message stops the turn, prints what there was, and exits with 130", async () => {
  const methods: Record<string, FakeMethod> = {
    "chat.send": ({ idempotencyKey }) => ({ runId: idempotencyKey, status: "started" }),
    "chat.abort": ({ runId, sessionKey }, connection) => {
      connection.event("chat", { runId, sessionKey, state: "aborted", message: message("Once upon") });
      return { ok: true };
    },
  };
  await withGateway(methods, async (cli, gateway) => {
    const done = cli.run("chat", "-m", "story");
    while (gateway.calls.at(-1)?.method !== "chat.send") await cli.deps.time.pause(0);
    cli.interrupt();
    assert.equal(await done, 130);
    assert.equal(cli.stdout(), "Once upon\n");
  });
});

test("a gateway that goes away ends the chat with 1 and says that nothing is lost", async () => {
  const leaving: FakeMethod = (_params, connection) => {
    setImmediate(() => connection.hangUp("service restart"));
    return { runId: "r", status: "started" };
  };
  await withGateway({ "chat.send": leaving }, async (cli) => {
    const done = cli.run("chat");
    cli.stdin.write("x\n");
    assert.equal(await done, 1);
    assert.match(cli.stdout(), /The gateway hung up: service restart\. Accepted messages are kept/);
  });
});

test("an answer cannot send escape sequences to the terminal", async () => {
  const evil: FakeMethod = ({ idempotencyKey: runId, sessionKey }, connection) => {
    connection.event("chat", { runId, sessionKey, state: "final", message: message("a\u001b]0;owned\u0007b") });
    return { runId, status: "started" };
  };
  await withGateway(
    { "chat.send": evil },
    async (cli) => {
      assert.equal(await cli.run("chat", "-m", "x"), 0);
      assert.equal(cli.stdout(), "a]0;ownedb\n");
    },
    { stdoutIsTTY: true },
  );
});
