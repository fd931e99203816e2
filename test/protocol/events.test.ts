import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connect, connected, rawClient, startHouse, turnOf } from "./fixture.ts";
import type { Frame, RawClient, RunningHouse } from "./fixture.ts";

/** A request's answer comes after every frame that was sent before it. */
async function settled(client: RawClient): Promise<void> {
  await client.ask("health");
}

function seqs(client: RawClient): readonly (number | undefined)[] {
  return client.frames.filter((frame) => frame.type === "event" && frame.seq !== undefined).map(({ seq }) => seq);
}

describe("events over real sockets (spec 11.2, 11.4)", () => {
  let house: RunningHouse;
  before(async () => {
    house = await startHouse();
  });
  after(() => house.close());

  it("every client counts its own events from 1 without a hole, whenever it came", async () => {
    const early = await connected(house.at);
    for (const event of turnOf(["r1"], ["a", "b"])) house.gateway.onTurnEvent(event);
    const late = await connected(house.at, { minProtocol: 3, maxProtocol: 3 });
    const unread = await connected(house.at, { scopes: ["operator.nothing"] });
    for (const event of turnOf(["r2"], ["c"])) house.gateway.onTurnEvent(event);
    house.gateway.publish("health", { ok: true });
    for (const client of [early, late]) {
      await settled(client);
      const counted = seqs(client);
      assert.deepEqual(counted, counted.map((_, i) => i + 1));
    }
    await unread.find((frame) => frame.event === "health");
    assert.deepEqual(seqs(unread), [1], "without read: health, but no chat");
    assert.ok(seqs(early).length > seqs(late).length);
    const finals = early.frames.filter((frame) => frame.event === "chat" && String(frame.payload?.state) === "final");
    assert.deepEqual(finals.map(({ payload }) => payload?.runId), ["r1", "r2"]);
    for (const { socket } of [early, late, unread]) socket.close();
  });

  it("tells sessions.changed to those who follow the session, without seq", async () => {
    const [all, one, none] = [await connected(house.at), await connected(house.at), await connected(house.at)];
    assert.deepEqual((await all.ask("sessions.subscribe")).payload, { subscribed: true });
    assert.deepEqual((await one.ask("sessions.messages.subscribe", { key: "main" })).payload, { subscribed: true, key: "agent:main:main" });
    house.gateway.onSessionChanged("agent:main:main", { reason: "reset" }, { sessionId: "s2", messageCount: 0 });
    house.gateway.onSessionChanged("agent:main:telegram:dm:1", { phase: "end", runId: "r" }, { sessionId: "s3" });
    for (const client of [all, one, none]) await settled(client);
    const changes = (client: RawClient): readonly Frame[] => client.frames.filter((frame) => frame.event === "sessions.changed");
    assert.equal(changes(all).length, 2);
    assert.equal(changes(none).length, 0);
    const [change] = changes(one);
    assert.equal(changes(one).length, 1);
    const { ts, ...rest } = change?.payload ?? {};
    assert.equal(typeof ts, "number");
    assert.deepEqual(rest, { sessionKey: "agent:main:main", reason: "reset", sessionId: "s2", messageCount: 0 });
    assert.equal(change?.seq, undefined);
    assert.deepEqual((await all.ask("sessions.unsubscribe")).payload, { subscribed: false });
    assert.deepEqual((await one.ask("sessions.messages.unsubscribe", { key: "main" })).payload, { subscribed: false, key: "agent:main:main" });
    house.gateway.onSessionChanged("agent:main:main", { reason: "patch" }, {});
    for (const client of [all, one]) await settled(client);
    assert.deepEqual([changes(all).length, changes(one).length], [2, 1]);
    for (const { socket } of [all, one, none]) socket.close();
  });

  it("follows a session by a bare word of the default agent", async () => {
    const client = await connected(house.at);
    assert.equal((await client.ask("sessions.messages.subscribe", { key: "work" })).payload?.key, "agent:main:work");
    house.gateway.onSessionChanged("agent:main:work", { reason: "patch" }, {});
    await client.find((frame) => frame.event === "sessions.changed");
    client.socket.close();
  });

  it("ticks at its interval", async () => {
    const ticking = await startHouse({ settings: { tickIntervalMs: 5 } });
    const client = await connected(ticking.at);
    const tick = await client.find((frame) => frame.event === "tick" && frame.seq === 3);
    assert.equal(typeof tick.payload?.ts, "number");
    await ticking.close();
  });

  it("closes a client that stops reading, and serves the others meanwhile", async () => {
    const small = await startHouse({ settings: { maxBufferedBytes: 2_000_000 } });
    const stuck = rawClient(small.at);
    await connect(stuck);
    const fine = await connected(small.at);
    stuck.socket.pause();
    const text = "x".repeat(500_000);
    for (let i = 0; i < 200 && small.gateway.connections() > 1; i++) {
      small.gateway.publish("notice", { text });
      await settled(fine);
    }
    assert.equal(small.gateway.connections(), 1);
    assert.equal((await fine.ask("health")).ok, true);
    stuck.socket.resume();
    assert.deepEqual(await stuck.closed, { code: 1008, reason: "slow consumer" });
    await small.close();
  });
});
