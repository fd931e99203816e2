import assert from "node:assert/strict";
import { test } from "node:test";
import { ContinuoError } from "../../src/domain/errors.ts";
import type { ProbePoint } from "../../src/domain/probe.ts";
import { dropHeld, heldNamed, listDeliveriesIn, releaseHeld } from "../../src/outbox/held.ts";
import { countOpenDeliveries } from "../../src/store/statements/count-open-deliveries.ts";
import { rowsIn } from "../store/database.ts";
import { fakeChannel, message, openTo, say, startHarness, until, type FakeChannel, type Harness } from "./harness.ts";

const config = openTo("telegram");
const REPLY = "one two three four";

/** A platform that knows a repetition by its nonce. It outlives the gateways. */
class Platform {
  readonly shown: string[] = [];
  readonly nonces = new Map<string, string>();
  /** The next answers that get lost on their way back. */
  lost = 0;

  post(nonce: string, text: string): string {
    const known = this.nonces.get(nonce);
    if (known !== undefined) return known;
    const id = `id-${this.shown.push(text)}`;
    this.nonces.set(nonce, id);
    return id;
  }
}

/** The channel of one process: its messages hold so many words. */
function channelTo(platform: Platform, words: number, repeats: FakeChannel["repeats"] = "deduplicated", isDead = () => false): FakeChannel {
  const channel = fakeChannel("telegram");
  return {
    ...channel,
    repeats,
    render(markdown) {
      const all = markdown.split(" ");
      return Array.from({ length: Math.ceil(all.length / words) }, (_, i) => all.slice(i * words, (i + 1) * words).join(" ")).map((text) => ({ text, plain: text }));
    },
    async send({ nonce, part }) {
      if (isDead()) throw new Error("this process is dead");
      const messageId = platform.post(repeats === "deduplicated" ? nonce : `${nonce}-${platform.nonces.size}`, part.text);
      if (platform.lost-- > 0) throw new ContinuoError("CHANNEL_UNAVAILABLE", "The connection ended before the answer.", { retryAfterMs: 1 });
      return { messageId };
    },
  };
}

const answers = { echo: () => say(REPLY) };

/** Starts a gateway that dies when it comes to a point for the nth time, and lets a fresh one go on. */
async function dieAt(point: ProbePoint, nth: number, platform: Platform, repeats: FakeChannel["repeats"] = "deduplicated", onUnknown: "hold" | "resend" = "hold"): Promise<Harness> {
  let count = 0;
  let dying: Promise<void> | null = null;
  const died = Promise.withResolvers<void>();
  const first = await startHarness({
    config,
    answers,
    platforms: [channelTo(platform, 1, repeats, () => dying !== null)],
    probe: (at) => {
      if (at !== point || ++count !== nth || dying) return;
      dying = first.kill();
      died.resolve();
    },
  });
  await first.receive(message("hello", { id: "a" })).catch(() => undefined);
  await died.promise;
  await dying;
  // The next one has larger messages: what was begun in four parts is not begun again in two.
  const second = await startHarness({ config, answers, onUnknown, directory: first.directory, platforms: [channelTo(platform, 2, repeats)] });
  // The platform had no acknowledgement of a message that was not accepted.
  await second.receive(message("hello", { id: "a" }));
  await second.settled();
  return second;
}

const POINTS: readonly (readonly [ProbePoint, number])[] = [
  ["accepted", 1],
  ["claimed", 1],
  ["streaming", 1],
  ["streaming", 3],
  ["before-commit", 1],
  ["committed", 1],
  ...[1, 2, 3, 4].flatMap((nth) => [["before-send", nth], ["after-send", nth]] as const),
];

for (const [point, nth] of POINTS) {
  test(`P5 P16 on a platform that tells repetitions, a death at "${point}" (${nth}) leaves each part there exactly once, in order`, async () => {
    const platform = new Platform();
    const second = await dieAt(point, nth, platform);
    assert.equal(platform.shown.join(" "), REPLY);
    assert.equal(new Set(platform.shown).size, platform.shown.length);
    assert.deepEqual(await second.store.all(countOpenDeliveries, {}), [], "nothing is unknown");
    await second.close();
  });
}

test("on a platform that does not, the one that was under way is unknown, and is there once at most", async () => {
  const platform = new Platform();
  const second = await dieAt("after-send", 2, platform, "ambiguous");
  assert.deepEqual(platform.shown, ["one", "two"]);
  assert.deepEqual((await second.store.all(countOpenDeliveries, {})).map((row) => ({ ...row })), [{ state: "unknown", count: 1 }]);
  await second.close();
});

test("a reply that is unknown-after-send waits for the owner, who sends the rest of it or lets it be", async () => {
  for (const released of [true, false]) {
    const platform = new Platform();
    const second = await dieAt("after-send", 2, platform, "ambiguous");
    const [unknown] = await listDeliveriesIn(second.store, "unknown", 10);
    const id = unknown?.id ?? "";
    assert.equal(await heldNamed(second.store, id), id);
    await second.store.transaction((tx) => (released ? releaseHeld : dropHeld)(tx, id, Date.now()));
    second.line.notices.wake();
    await second.settled();
    assert.deepEqual(platform.shown, released ? ["one", "two", "two", "three", "four"] : ["one", "two"]);
    await assert.rejects(heldNamed(second.store, id), { code: "DELIVERY_UNKNOWN" });
    await second.close();
  }
});

test("an answer of the platform that gets lost is asked for again under the same nonce: the reply is there once", async () => {
  const platform = new Platform();
  platform.lost = 3;
  const h = await startHarness({ config, answers, retry: { first: 1 }, platforms: [channelTo(platform, 1)] });
  await h.receive(message("hello"));
  await until("it is sent", () => platform.shown.length === 4);
  await h.settled();
  assert.deepEqual(platform.shown, REPLY.split(" "));
  await h.close();
});

test("parts that were begun with are kept over a change of the channel's limits, and gone once they have arrived", async () => {
  const platform = new Platform();
  const second = await dieAt("before-send", 3, platform, "ambiguous", "resend");
  assert.deepEqual(platform.shown, REPLY.split(" "));
  assert.deepEqual(await rowsIn(second.directory, "select * from rendered"), []);
  await second.close();
});
