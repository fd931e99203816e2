/** The one moment that no gateway can see through: a reply is on its way to the platform, and the process dies. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { continuo } from "../cli/process.ts";
import { until } from "../e2e/client.ts";
import { openScene } from "./scene.ts";
import { bundleVictim } from "./victim.ts";

const bundle = await bundleVictim();
after(() => bundle.remove());

test("a death between sending a reply and noting it leaves it unknown: status says so, and it is not sent again", async (t) => {
  const scene = await openScene(t, bundle);
  const first = await scene.start();
  await first.victim.arm({ point: "after-send", nth: 1 });
  await scene.tell(501, "mark-one");
  assert.equal(await first.victim.dead, "SIGKILL");
  const second = await scene.start();
  assert.equal((await second.client.status()).queue.deliveriesUnknown, 1);
  const printed = await continuo(["status"], { stateDir: scene.stateDir, port: second.victim.port });
  assert.equal(printed.code, 0, printed.stderr);
  assert.match(printed.stdout, /1 unknown-after-send/);
  await scene.tell(501, "mark-two");
  await until("the second is answered", () => scene.heard(501).includes("mark-two"));
  assert.deepEqual(scene.heard(501), ["mark-one", "mark-two"]);
  await second.victim.stop();
});

test("with outbox.onUnknown \"resend\" it is sent again, and nothing stays unknown", async (t) => {
  const scene = await openScene(t, bundle, { config: { outbox: { onUnknown: "resend" } } });
  const first = await scene.start();
  await first.victim.arm({ point: "before-send", nth: 1 });
  await scene.tell(501, "mark-one");
  assert.equal(await first.victim.dead, "SIGKILL");
  assert.deepEqual(scene.heard(501), []);
  const second = await scene.start();
  await until("it is sent again", () => scene.heard(501).length === 1);
  const { queue } = await second.client.settled();
  assert.deepEqual([queue.deliveriesUnknown, queue.deliveriesFailed], [0, 0]);
  assert.deepEqual(scene.heard(501), ["mark-one"]);
  await second.victim.stop();
});

test("an answer that was growing in the chat when the gateway died is completed in its own message", async (t) => {
  const never = new Promise<void>(() => undefined);
  const calls = { count: 0 };
  const scene = await openScene(t, bundle, {
    behave: () => (calls.count++ === 0 ? { kind: "hold", first: "The beginning of a long answer, and then ", until: never } : { kind: "reply", text: "The whole answer with mark-one." }),
  });
  const first = await scene.start();
  await scene.tell(501, "tell me mark-one");
  await until("the draft is there", () => scene.telegram.sent().length === 1);
  await until("the draft is remembered", async () => (await scene.rows<{ draft: string | null }>("select draft from turns")).some(({ draft }) => draft !== null));
  await first.victim.kill();
  const second = await scene.start();
  assert.equal(scene.telegram.sent().length, 1, "no second message");
  assert.deepEqual(scene.telegram.edits().map(({ messageId, text }) => [messageId, text]), [[scene.telegram.sent()[0]?.messageId, "The whole answer with mark-one."]]);
  const history = await second.client.history("agent:main:telegram:dm:501");
  assert.deepEqual(history.map(({ text }) => text), ["tell me mark-one", "The whole answer with mark-one."]);
  await second.victim.stop();
});

test("a reply in several parts that was cut by a death goes on with the part that was missing", async (t) => {
  const words = Array.from({ length: 1_600 }, (_, i) => `word${i}`).join(" ");
  const scene = await openScene(t, bundle, { behave: { kind: "reply", text: words }, config: { outbox: { onUnknown: "resend" } } });
  const first = await scene.start();
  // Two parts are noted; the third is about to be sent.
  await first.victim.arm({ point: "before-send", nth: 3 });
  await scene.tell(501, "at length");
  assert.equal(await first.victim.dead, "SIGKILL");
  assert.equal(scene.telegram.sent().length, 2);
  const second = await scene.start();
  await second.client.settled();
  assert.equal(scene.telegram.sent().map(({ text }) => text).join(" "), words);
  await second.victim.stop();
});

test("P16 a message that the platform delivers five times, also across a death, is answered once", async (t) => {
  const scene = await openScene(t, bundle);
  const first = await scene.start();
  const { updateId } = await scene.telegram.injectMessage({ chat: 501, from: 501, text: "mark-once" });
  await until("it is answered", () => scene.heard(501).length === 1);
  const delivered = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      const polls = scene.telegram.calls("getUpdates").length;
      scene.telegram.redeliver(updateId);
      // It ends the poll under way; the next one is only made after it was taken in.
      await until("it was delivered again", () => scene.telegram.calls("getUpdates").length > polls);
    }
  };
  await delivered(2);
  await first.victim.kill();
  const second = await scene.start();
  await delivered(2);
  await scene.tell(501, "mark-after");
  await until("the next one is answered", () => scene.heard(501).includes("mark-after"));
  await second.client.settled();
  assert.deepEqual(scene.heard(501), ["mark-once", "mark-after"]);
  assert.equal(scene.model.requests().length, 2);
  await second.victim.stop();
});
