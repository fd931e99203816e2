import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Address } from "../../src/domain/address.ts";
import type { Amendment, Channel, ChannelContext, ChannelStatus, Outgoing } from "../../src/domain/channel.ts";
import { isContinuoError } from "../../src/domain/errors.ts";
import type { InboundMessage, ReceiveOutcome } from "../../src/domain/message.ts";

/** A channel with its platform beside it, as the contract suite needs them. A new one for each test. */
export interface ChannelWorld {
  readonly channel: Channel;
  /** The platform's limit of one part. */
  readonly limit: number;
  /** Where the world's people write from. */
  readonly address: Address;
  /** Has somebody write in the private chat of `address`. */
  write(text: string): Promise<void>;
  /** Has whoever wrote the last message change it; left out where the platform has no such thing. */
  edit?(text: string): Promise<void>;
  /** Delivers the last written message once more. */
  redeliver(): Promise<void>;
  /** Whether the platform knows by now that the last written message has arrived. */
  acknowledged(): boolean;
  /** The texts that the platform shows in `address`. */
  shown(): readonly string[];
  /** The next send meets this. */
  failSend(fault: "limited" | "refused" | "unreachable" | "broken"): void;
  /** Resolves when `check` holds; asked again after everything that happens on the platform. */
  until(check: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface Listening {
  readonly context: ChannelContext;
  readonly received: InboundMessage[];
  readonly amended: Amendment[];
  readonly statuses: ChannelStatus[];
  readonly cursors: Map<string, string>;
  readonly logged: string[];
  /** Resolves when this many messages have been received, refused ones included. */
  arrived(count: number): Promise<void>;
  /** Resolves when `check` holds; asked again after everything that the channel tells. */
  until(check: () => boolean): Promise<void>;
  /** What the next `receive` or `amend` waits for. */
  hold: Promise<unknown>;
}

/** A context that keeps what it is told. `receive` rejects when `hold` does. */
export function listen(cursors: Map<string, string> = new Map(), now: () => number = () => 1_700_000_000_000): Listening {
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of waiting) look();
  };
  const until = (check: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!check()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const log = (fields: object, message: string): void => void listening.logged.push(`${JSON.stringify(fields)} ${message}`);
  const listening: Listening = {
    received: [],
    amended: [],
    statuses: [],
    cursors,
    logged: [],
    hold: Promise.resolve(),
    until,
    arrived: (count) => until(() => listening.received.length >= count),
    context: {
      async receive(message): Promise<ReceiveOutcome> {
        listening.received.push(message);
        wake();
        await listening.hold;
        return { kind: "accepted", itemId: "item", runId: "run", sessionKey: "agent:main:main" };
      },
      async amend(change) {
        listening.amended.push(change);
        wake();
        await listening.hold;
        return { kind: "transcript" };
      },
      readCursor: async (account, name) => cursors.get(`${account}/${name}`) ?? null,
      async writeCursor(account, name, value) {
        cursors.set(`${account}/${name}`, value);
        wake();
      },
      log: { info: log, warn: log, error: log, debug: log },
      now,
      onStatus(status) {
        listening.statuses.push(status);
        wake();
      },
    },
  };
  return listening;
}

const MARKDOWN = "# Title\n\n**bold** and `code` with [a link](https://example.org)\n\n- one\n- two\n\n```ts\nconst x = 1;\n```\n";

function outgoing(world: ChannelWorld, text: string, over: Partial<Outgoing> = {}): Outgoing {
  const part = world.channel.render(text)[0];
  assert.ok(part);
  return { address: world.address, part, replyTo: null, nonce: "n-0", ...over };
}

const signal = (): AbortSignal => new AbortController().signal;

/** What every channel keeps, whatever its platform (the contract in src/domain/channel.ts). */
export function channelContract(name: string, make: () => Promise<ChannelWorld>): void {
  const inWorld = (title: string, run: (world: ChannelWorld) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const world = await make();
      try {
        await run(world);
      } finally {
        await world.channel.stop();
        await world.close();
      }
    });
  };
  renderLaws(inWorld);
  sendLaws(inWorld);
  receiveLaws(inWorld);
  orderLaws(inWorld);
  amendLaws(inWorld);
}

type InWorld = (title: string, run: (world: ChannelWorld) => Promise<void>) => void;

function renderLaws(inWorld: InWorld): void {
  inWorld("a non-blank text renders to something, every part within the platform's limit", async ({ channel, limit }) => {
    const pieces = fc.constantFrom("**", "`", "```\n", "\n\n", "- ", "> ", "[x](https://e.org)", "<b>", "&amp;", "|a|b|\n|-|-|\n", "🧵", "word ", "x".repeat(700));
    const text = fc.array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (markdown) => {
        const parts = channel.render(markdown);
        if (markdown.replaceAll("\0", "").trim() !== "") assert.ok(parts.length > 0);
        for (const part of parts) {
          assert.ok(part.text.length <= limit && part.plain.length <= limit);
          assert.ok(part.text.trim() !== "" && part.plain.trim() !== "");
          assert.ok(part.text.isWellFormed() && part.plain.isWellFormed());
        }
      }),
      { numRuns: 200 },
    );
  });

  inWorld("a blank text renders to nothing", async ({ channel }) => {
    assert.deepEqual(channel.render("  \n\t"), []);
  });

  inWorld("the plain form of a part has no markup", async ({ channel }) => {
    const plain = channel.render(MARKDOWN).map((part) => part.plain).join("\n");
    assert.doesNotMatch(plain, /\*\*|```|<\/?\w+>|\]\(/u);
    for (const word of ["Title", "bold", "code", "a link", "https://example.org", "one", "const x = 1;"]) assert.ok(plain.includes(word), word);
  });
}

function sendLaws(inWorld: InWorld): void {
  inWorld("what is sent is shown, and has a receipt", async (world) => {
    const receipt = await world.channel.send(outgoing(world, "hello there"), signal());
    assert.notEqual(receipt.messageId, "");
    assert.deepEqual(world.shown(), ["hello there"]);
  });

  inWorld("a send that comes twice under one nonce leads to what the channel declares", async (world) => {
    const first = await world.channel.send(outgoing(world, "once?", { nonce: "n-1" }), signal());
    const second = await world.channel.send(outgoing(world, "once?", { nonce: "n-1" }), signal());
    await world.channel.send(outgoing(world, "another", { nonce: "n-2" }), signal());
    const isOne = world.channel.repeats === "deduplicated";
    assert.deepEqual(world.shown(), isOne ? ["once?", "another"] : ["once?", "once?", "another"]);
    assert.equal(first.messageId === second.messageId, isOne);
  });

  inWorld("a platform that asks to wait is unavailable for that long", async (world) => {
    world.failSend("limited");
    await assert.rejects(world.channel.send(outgoing(world, "hello"), signal()), (error: unknown) => {
      assert.ok(isContinuoError(error));
      assert.equal(error.code, "CHANNEL_UNAVAILABLE");
      assert.ok((error.retryAfterMs ?? 0) > 0);
      return true;
    });
  });

  inWorld("a refusal is final, and says the platform's words", async (world) => {
    world.failSend("refused");
    await assert.rejects(world.channel.send(outgoing(world, "hello"), signal()), { code: "CHANNEL_REJECTED" });
  });

  inWorld("a platform out of reach is unavailable, and the next attempt arrives", async (world) => {
    world.failSend("unreachable");
    await assert.rejects(world.channel.send(outgoing(world, "hello"), signal()), { code: "CHANNEL_UNAVAILABLE" });
    await world.channel.send(outgoing(world, "hello"), signal());
    assert.deepEqual(world.shown(), ["hello"]);
  });

  inWorld("P16 a connection that breaks before the answer leaves it uncertain, and says so", async (world) => {
    world.failSend("broken");
    await assert.rejects(world.channel.send(outgoing(world, "hello"), signal()), (error: unknown) => isContinuoError(error) && error.code === "CHANNEL_UNCERTAIN" && !error.retryable);
  });

  inWorld("an account that is not configured is not sent from", async (world) => {
    const elsewhere = outgoing(world, "hello", { address: { ...world.address, account: "nobody" } });
    await assert.rejects(world.channel.send(elsewhere, signal()), (error: unknown) => isContinuoError(error) && !error.retryable);
    assert.deepEqual(world.shown(), []);
  });
}

function receiveLaws(inWorld: InWorld): void {
  inWorld("a message is received with its address, its sender and its text", async (world) => {
    const listening = listen();
    await world.channel.start(listening.context);
    await world.write("good morning");
    await listening.arrived(1);
    const message = listening.received[0];
    assert.deepEqual(message?.address, world.address);
    assert.equal(message?.text, "good morning");
    assert.equal(message?.chatKind, "dm");
    assert.equal(message?.mentioned, true);
    assert.notEqual(message?.sender.id, "");
  });

  inWorld("a message is acknowledged only after it has been made durable (law 1)", async (world) => {
    const listening = listen();
    const durable = Promise.withResolvers<void>();
    listening.hold = durable.promise;
    await world.channel.start(listening.context);
    await world.write("keep this");
    await listening.arrived(1);
    assert.equal(world.acknowledged(), false);
    durable.resolve();
    await world.until(world.acknowledged);
  });

  inWorld("a message that could not be made durable is received again, and not acknowledged before", async (world) => {
    const listening = listen();
    const broken = Promise.reject(new Error("the disk is full"));
    broken.catch(() => undefined);
    listening.hold = broken;
    await world.channel.start(listening.context);
    await world.write("keep this");
    await listening.arrived(2);
    assert.equal(world.acknowledged(), false);
    listening.hold = Promise.resolve();
    await world.until(world.acknowledged);
    assert.equal(new Set(listening.received.map((message) => message.messageId)).size, 1);
  });
}

function orderLaws(inWorld: InWorld): void {
  inWorld("the same message delivered twice keeps its id", async (world) => {
    const listening = listen();
    await world.channel.start(listening.context);
    await world.write("once");
    await listening.arrived(1);
    await world.until(world.acknowledged);
    await world.redeliver();
    await listening.arrived(2);
    assert.notEqual(listening.received[0]?.messageId, null);
    assert.equal(listening.received[0]?.messageId, listening.received[1]?.messageId);
  });

  inWorld("messages of one chat are received in the order they were written", async (world) => {
    const listening = listen();
    const texts = ["one", "two", "three", "four", "five"];
    for (const text of texts) await world.write(text);
    await world.channel.start(listening.context);
    await listening.arrived(texts.length);
    assert.deepEqual(listening.received.map((message) => message.text), texts);
  });

  inWorld("it says that it is connected, and that it has stopped, and stops while it waits", async (world) => {
    const listening = listen();
    await world.channel.start(listening.context);
    await listening.until(() => listening.statuses.some((status) => status.state === "connected"));
    await world.channel.stop();
    assert.equal(listening.statuses.at(-1)?.state, "stopped");
    assert.deepEqual([...new Set(listening.statuses.map((status) => status.account))], [...world.channel.accounts]);
  });
}

function amendLaws(inWorld: InWorld): void {
  inWorld("a changed message is a change of the one that it was, no message, and acknowledged only once it is durable", async (world) => {
    if (world.edit === undefined) return;
    const listening = listen();
    await world.channel.start(listening.context);
    await world.write("at nine");
    await world.until(world.acknowledged);
    const durable = Promise.withResolvers<void>();
    listening.hold = durable.promise;
    await world.edit("at ten");
    await listening.until(() => listening.amended.length === 1);
    assert.equal(world.acknowledged(), false);
    durable.resolve();
    await world.until(world.acknowledged);
    const [change] = listening.amended;
    assert.ok(change?.kind === "edited");
    const [written] = listening.received;
    assert.deepEqual([change.message.messageId, change.message.address, change.message.sender.id, change.message.text], [written?.messageId, written?.address, written?.sender.id, "at ten"]);
    assert.equal(listening.received.length, 1);
  });
}
