import assert from "node:assert/strict";
import { test } from "node:test";
import { freshStore } from "../../test/store/database.ts";
import type { Store } from "../store/store.ts";
import { findLease } from "../store/statements/find-lease.ts";
import { createLeases, type Duty } from "./leases.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

/** A gateway whose clock is set by hand, and what it was told about one lease. */
function worker(store: Store, holder: string, clock: { at: number }) {
  const told: string[] = [];
  const released: string[] = [];
  const leases = createLeases({ store, clock: { now: () => clock.at }, log: quiet, holder, leaseMs: 100, onReleased: (name) => void released.push(name) });
  const duty: Duty = { gained: async () => void told.push("gained"), lost: async () => void told.push("lost") };
  return { leases, told, released, duty };
}

const fenceOf = async (store: Store): Promise<number | undefined> => (await store.get(findLease, { name: "door" }))?.fence;

test("one at a time has a lease; a silent holder loses it, and the fence grows with each new one", async (t) => {
  const store = await freshStore(t);
  const clock = { at: 1_000 };
  const [one, two] = [worker(store, "one", clock), worker(store, "two", clock)];
  await one.leases.want("door", one.duty);
  await two.leases.want("door", two.duty);
  assert.deepEqual([one.leases.holds("door"), two.leases.holds("door"), await fenceOf(store)], [true, false, 1]);
  clock.at += 60;
  await one.leases.beat();
  clock.at += 60;
  await two.leases.beat();
  assert.deepEqual([one.leases.holds("door"), two.leases.holds("door"), await fenceOf(store)], [true, false, 1]);
  clock.at += 60;
  await two.leases.beat();
  assert.deepEqual([one.leases.holds("door"), two.leases.holds("door"), await fenceOf(store)], [false, true, 2]);
  await one.leases.beat();
  assert.deepEqual([one.told, two.told], [["gained", "lost"], ["gained"]]);
  assert.deepEqual([one.leases.moves(), two.leases.moves()], [{ gained: 1, lost: 1 }, { gained: 1, lost: 0 }]);
});

test("a process that was paused past its lease is told no before anybody tells it anything", async (t) => {
  const store = await freshStore(t);
  const clock = { at: 1_000 };
  const one = worker(store, "one", clock);
  await one.leases.want("door", one.duty);
  clock.at += 101;
  assert.equal(one.leases.holds("door"), false);
  assert.deepEqual(one.told, ["gained"]);
});

test("what is given up is free at once, and those who wait are told", async (t) => {
  const store = await freshStore(t);
  const clock = { at: 1_000 };
  const [one, two] = [worker(store, "one", clock), worker(store, "two", clock)];
  await one.leases.want("door", one.duty);
  await two.leases.want("door", two.duty);
  await one.leases.giveUp("door");
  assert.deepEqual([one.told, one.released], [["gained", "lost"], ["door"]]);
  await two.leases.beat();
  assert.equal(two.leases.holds("door"), true);
  await one.leases.giveUp("door");
  assert.equal(two.leases.holds("door"), true, "who has given it up does not free what somebody else has");
  await two.leases.stop();
  assert.equal(two.leases.holds("door"), false);
});

test("what comes with a lease and could not begin is begun again while the lease is held, and once, however many look", async (t) => {
  const store = await freshStore(t);
  const clock = { at: 1_000 };
  const one = worker(store, "one", clock);
  const failing = { left: 2 };
  const gained = async (): Promise<void> => {
    one.told.push("tried");
    if (failing.left-- > 0) throw new Error("the store is away");
    await one.duty.gained();
  };
  await one.leases.want("door", { ...one.duty, gained });
  assert.equal(one.leases.holds("door"), true);
  await one.leases.beat();
  await Promise.all([one.leases.beat(), one.leases.beat()]);
  await one.leases.beat();
  assert.deepEqual([one.told, one.leases.moves().gained], [["tried", "tried", "tried", "gained"], 1]);
  await one.leases.stop();
});

test("a lease that could not be asked for is asked for again by itself", async (t) => {
  const store = await freshStore(t);
  const away = { is: true };
  const flaky: Store = { ...store, run: (statement, params) => (away.is ? Promise.reject(new Error("the store is away")) : store.run(statement, params)) };
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const told: string[] = [];
  const gained = Promise.withResolvers<void>();
  const leases = createLeases({ store: flaky, clock: { now: () => 1_000 }, log: quiet, holder: "one", leaseMs: 100, onReleased: () => undefined });
  await assert.rejects(leases.want("door", { gained: async () => gained.resolve(void told.push("gained")), lost: async () => undefined }), /away/);
  away.is = false;
  t.mock.timers.tick(2_000);
  await gained.promise;
  assert.deepEqual([told, leases.holds("door")], [["gained"], true]);
});
