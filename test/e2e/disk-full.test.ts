import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fillDisk, mountSmallDisk } from "../servers/small-disk.ts";
import { sqliteOnly } from "../store/engine.ts";
import { until, WireError } from "./client.ts";
import { gatewayConfig, modelConfig } from "./house.ts";
import { stage, type Stage } from "./stage.ts";

/** A file system of eight megabytes; null where this user may not make one. */
function smallDisk(house: Stage): string | null {
  const directory = house.directory();
  const disk = mountSmallDisk(directory, 8);
  if (disk !== null) house.atEnd(() => disk.unmount());
  return disk === null ? null : directory;
}

test("a full disk: what cannot be kept is refused with its reason, an answer that is there waits, and all goes on once there is room", sqliteOnly("the disk that fills up holds the database file"), async (t) => {
  const house = stage(t);
  const stateDir = smallDisk(house);
  if (stateDir === null) return t.skip("only root on Linux can make a small file system");
  const release = Promise.withResolvers<void>();
  const model = await house.model((body) => (JSON.stringify(body).includes("slow") ? { kind: "hold", first: "an answer ", text: "z".repeat(400_000), until: release.promise } : { kind: "reply", text: "fine" }));
  const gateway = await house.gateway({ stateDir, config: { gateway: gatewayConfig(), ...modelConfig({ mock: model }), session: { mirror: false } } });
  const client = await house.client(gateway);
  assert.equal(await client.ask("before", "quick"), "fine");
  const { runId } = await client.request<{ runId: string }>("chat.send", { sessionKey: "long", message: "slow" });
  await until("the model is asked", () => model.requests().length === 2);

  const empty = fillDisk(stateDir);
  const big = "w".repeat(400_000);
  const refused = await client.request("chat.send", { sessionKey: "quick", message: big }).catch((error: unknown) => error);
  assert.ok(refused instanceof WireError, String(refused));
  assert.equal(refused.details.continuoCode, "STORE_FULL");
  assert.match(refused.details.cure ?? "", /Free space/);
  release.resolve();
  await until("the model has answered", () => model.open() === 0);
  assert.equal((await client.status()).sessions.running, 1, "the answer waits for room");

  empty();
  assert.equal((await client.end(runId)).text, `an answer ${"z".repeat(400_000)}`);
  assert.equal(model.requests().length, 2, "it was not asked for twice");
  assert.equal(await client.ask("after", "quick"), "fine");
  assert.deepEqual((await client.history("quick")).map(({ text }) => text), ["before", "fine", "after", "fine"]);
  assert.match(readFileSync(join(stateDir, "logs", "gateway.log"), "utf8"), /the gateway is ready/);
  assert.equal(await gateway.stop(), 0);
});
