/**
 * The queue against a model of it (`queue/model.ts`): messages are accepted, turns claimed, joined, finished, stopped and
 * lost with their gateway, modes and caps changed, in any order. No message is lost; each is in exactly one turn, or dropped
 * with its reason; the transcript has all of them in the order of acceptance of each session; caps hold.
 *
 *     CONTINUO_QUEUE_RUNS=2000 TMPDIR=/dev/shm node --test test/property/queue.test.ts
 */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { DROP_POLICIES, QUEUE_MODES } from "../../src/domain/queue.ts";
import type { Store } from "../../src/store/store.ts";
import type { ClaimedTurn } from "../../src/turns/claim.ts";
import { removeStateDir, storeIn } from "../store/database.ts";
import { openHouse, type House } from "./queue/house.ts";
import { accept, claim, end, join, newQueue, type Policy, type Queue, type Said } from "./queue/model.ts";

const RUNS = Number(process.env.CONTINUO_QUEUE_RUNS ?? 30);
const SESSIONS = 2;
const PEOPLE = ["ann", "bob"];
const HOLDERS = ["one", "two"];

/** The store that is tested, on the engine of the run. */
async function openTestStore(): Promise<{ readonly store: Store; close(): Promise<void> }> {
  const directory = mkdtempSync(joinPath(tmpdir(), "continuo-queue-"));
  const store = await storeIn(directory);
  return {
    store,
    async close() {
      await store.close();
      await removeStateDir(directory);
    },
  };
}

interface Model {
  readonly queues: Queue[];
  messages: number;
}

/** What runs in the gateways: the turn of each session, and those that lost theirs and do not know it. */
interface Real {
  readonly house: House;
  readonly running: (ClaimedTurn | null)[];
  readonly lost: { readonly session: number; readonly claimed: ClaimedTurn }[];
  /** How each turn was queued when it was claimed. */
  readonly policies: Policy[];
  /** The turn that each message was first seen in. */
  readonly turnOf: Map<string, string>;
  /** Turns that have ended, under which fence, and how. */
  readonly ended: Set<string>;
}

function endOf({ turn }: ClaimedTurn, how: string): string {
  return JSON.stringify([turn.id, turn.fence, how]);
}

type Step = fc.AsyncCommand<Model, Real>;

const idsOf = (items: readonly { readonly message: { readonly text: string } }[]): string[] => items.map(({ message }) => message.text);
const names = (said: readonly Said[]): string[] => said.map(({ id }) => id);

/** Everything that must hold after every step. */
async function inspect({ queues }: Model, real: Real): Promise<void> {
  for (const [session, queue] of queues.entries()) {
    const rows = await real.house.rows(session);
    const texts = rows.map((row) => (JSON.parse(row.message) as { message: { text: string } }).message.text);
    assert.deepEqual(texts, names(queue.accepted), "each accepted message has its row, in order, and no other");
    for (const [index, row] of rows.entries()) {
      const id = texts[index] ?? "";
      const said = queue.accepted[index] as Said;
      const reason = queue.dropped.get(id) ?? null;
      assert.equal(row.dropped, reason, `${id} is dropped for its reason`);
      const expected = reason !== null ? (queue.noted.includes(said) ? "queued" : "dropped") : queue.waiting.includes(said) ? "queued" : queue.answered.has(id) ? "done" : "claimed";
      assert.equal(row.state, expected, `${id} under ${JSON.stringify(queue.policy)}`);
      if (row.state === "queued") continue;
      assert.ok(row.turn_id, `${id} is in a turn`);
      assert.equal(real.turnOf.get(id) ?? row.turn_id, row.turn_id, `${id} stays in one turn`);
      real.turnOf.set(id, row.turn_id);
    }
    assert.deepEqual(await real.house.transcript(session), queue.written, "the transcript has what was said, in order, once");
  }
}

class Accept implements Step {
  readonly session: number;
  readonly who: string;
  readonly command: boolean;
  constructor(session: number, who: string, command: boolean) {
    this.session = session;
    this.who = who;
    this.command = command;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    const queue = model.queues[this.session] as Queue;
    const before = queue.waiting.length;
    const said: Said = { id: `${this.who}-${model.messages++}`, who: this.who, command: this.command };
    assert.equal(await real.house.accept(this.session, said), "accepted");
    accept(queue, said);
    assert.ok(queue.waiting.length <= Math.max(queue.policy.cap, before), "no more wait than may");
    // What a platform delivers again is nothing new.
    assert.equal(await real.house.accept(this.session, said), "duplicate");
    await inspect(model, real);
  }
  toString = (): string => `${this.who} says ${this.command ? "a command" : "something"} in ${this.session}`;
}

class ClaimNext implements Step {
  readonly session: number;
  readonly holder: string;
  constructor(session: number, holder: string) {
    this.session = session;
    this.holder = holder;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    const queue = model.queues[this.session] as Queue;
    const before = queue.running;
    const got = await real.house.claim(this.session, this.holder);
    if (before !== null) return this.another(model, real, queue, got.kind === "claimed" ? got.claimed : null);
    const expected = claim(queue);
    if (expected.kind === "empty") assert.equal(got.kind, "empty");
    else {
      assert.ok(got.kind === "claimed");
      const { turn, dropped } = got.claimed;
      assert.deepEqual(idsOf(turn.items), names(expected.items), `the batch under ${JSON.stringify(queue.policy)}`);
      assert.deepEqual(idsOf(dropped), names(expected.dropped));
      queue.running = { turnId: turn.id, items: expected.items, holder: this.holder, fence: turn.fence, spoken: false };
      real.running[this.session] = got.claimed;
      real.policies[this.session] = { ...queue.policy };
    }
    await inspect(model, real);
  }
  /** A turn runs: only its own holder may have it, until its lease is over. */
  private async another(model: Model, real: Real, queue: Queue, claimed: ClaimedTurn | null): Promise<void> {
    const running = queue.running;
    if (running === null) return;
    const isLost = real.lost.some(({ claimed: old }) => old.turn.id === running.turnId && old.turn.fence === running.fence);
    if (!isLost && running.holder !== this.holder) assert.equal(claimed, null, "it is another gateway's");
    else {
      assert.ok(claimed, "whoever claims next takes it over");
      assert.deepEqual(idsOf(claimed.turn.items), names(running.items), "with all that has joined it");
      assert.equal(claimed.turn.id, running.turnId);
      const old = real.running[this.session];
      if (old) real.lost.push({ session: this.session, claimed: old });
      queue.running = { ...running, holder: this.holder, fence: claimed.turn.fence };
      real.running[this.session] = claimed;
      real.policies[this.session] = { ...queue.policy };
    }
    await inspect(model, real);
  }
  toString = (): string => `${this.holder} claims ${this.session}`;
}

/** Something that is done with the turn that runs in a session. */
class WithTurn implements Step {
  readonly session: number;
  readonly what: "answered" | "failed" | "stopped" | "join" | "speak" | "hand back" | "die";
  constructor(session: number, what: WithTurn["what"]) {
    this.session = session;
    this.what = what;
  }
  check = ({ queues }: Readonly<Model>): boolean => queues[this.session]?.running !== null;
  async run(model: Model, real: Real): Promise<void> {
    const queue = model.queues[this.session] as Queue;
    const claimed = real.running[this.session];
    if (!claimed || queue.running === null) return;
    if (this.what === "join") await this.join(queue, real, claimed);
    else if (this.what === "speak") queue.running.spoken = true;
    else if (this.what === "die") {
      real.lost.push({ session: this.session, claimed });
      real.house.sleep();
      // Everybody slept that long: whoever runs something else has lost it too.
      for (const [other, one] of real.running.entries()) if (one && other !== this.session) real.lost.push({ session: other, claimed: one });
      real.running[this.session] = null;
    } else if (this.what === "hand back") {
      await real.house.handBack(claimed);
      real.lost.push({ session: this.session, claimed });
    } else {
      await real.house.end(claimed, this.what);
      real.ended.add(endOf(claimed, this.what));
      end(queue);
      real.running[this.session] = null;
    }
    await inspect(model, real);
  }
  private async join(queue: Queue, real: Real, claimed: ClaimedTurn): Promise<void> {
    if (queue.running?.spoken) return;
    const joined = await real.house.join(claimed, queue.running?.holder ?? "");
    const expected = join(queue, real.policies[this.session] ?? queue.policy);
    assert.deepEqual(joined === null ? [] : idsOf(joined.turn.items).slice(claimed.turn.items.length), names(expected));
    if (joined) real.running[this.session] = joined;
  }
  toString = (): string => `the turn of ${this.session}: ${this.what}`;
}

/** A gateway that was thought dead comes back and wants to end its turn. */
class Late implements Step {
  readonly which: number;
  constructor(which: number) {
    this.which = which;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    const lost = real.lost[this.which % Math.max(1, real.lost.length)];
    if (!lost) return;
    const queue = model.queues[lost.session] as Queue;
    const running = queue.running;
    const stillIts = running !== null && running.turnId === lost.claimed.turn.id && running.fence === lost.claimed.turn.fence;
    const known = stillIts && running.items.length === lost.claimed.turn.items.length;
    if (stillIts && !known) return;
    if (stillIts) {
      await real.house.end(lost.claimed, "answered");
      real.ended.add(endOf(lost.claimed, "answered"));
      end(queue);
      real.running[lost.session] = null;
      // Said again because its first commit was not heard: it is done, and done once.
    } else if (real.ended.has(endOf(lost.claimed, "answered"))) await real.house.end(lost.claimed, "answered");
    else await assert.rejects(real.house.end(lost.claimed, "answered"), { code: "STORE_FENCED" });
    await inspect(model, real);
  }
  toString = (): string => `the lost turn ${this.which} comes back`;
}

class Configure implements Step {
  readonly session: number;
  readonly policy: Policy;
  constructor(session: number, policy: Policy) {
    this.session = session;
    this.policy = policy;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    Object.assign((model.queues[this.session] as Queue).policy, this.policy);
    real.house.configure(this.session, this.policy);
  }
  toString = (): string => `${this.session} is ${JSON.stringify(this.policy)}`;
}

const session = fc.nat({ max: SESSIONS - 1 });
const policy = fc.record({ mode: fc.constantFrom(...QUEUE_MODES), cap: fc.integer({ min: 1, max: 4 }), drop: fc.constantFrom(...DROP_POLICIES) });
const said = fc.tuple(session, fc.constantFrom(...PEOPLE), fc.nat({ max: 9 })).map(([at, who, kind]) => new Accept(at, who, kind === 0));

const steps: fc.Arbitrary<Step>[] = [
  ...[1, 2, 3].map(() => said),
  fc.tuple(session, fc.constantFrom(...HOLDERS)).map(([at, holder]) => new ClaimNext(at, holder)),
  fc.tuple(session, fc.constantFrom<WithTurn["what"]>("answered", "failed", "stopped", "join", "join", "speak", "hand back", "die")).map(([at, what]) => new WithTurn(at, what)),
  fc.nat().map((which) => new Late(which)),
  fc.tuple(session, policy).map(([at, chosen]) => new Configure(at, chosen)),
];

/** Lets everything run to its end: nothing may be left over. */
async function drain(model: Model, real: Real): Promise<void> {
  real.house.sleep();
  for (const [at, one] of real.running.entries()) if (one) real.lost.push({ session: at, claimed: one });
  for (const [at, queue] of model.queues.entries()) {
    while (queue.running !== null || queue.waiting.length > 0 || queue.noted.length > 0) {
      await new ClaimNext(at, "last").run(model, real);
      await new WithTurn(at, "answered").run(model, real);
    }
    assert.equal(queue.answered.size + queue.dropped.size, queue.accepted.length, "each was answered, or dropped with its reason");
    assert.deepEqual(queue.written.toSorted(), names(queue.accepted.filter(({ command }) => !command)).toSorted(), "and the transcript has all of them");
  }
}

test(`P4 no message is lost, each is in one turn or dropped with its reason, in order and within the cap (${RUNS} random stories)`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 60, size: "+1" }), async (commands) => {
      const { store, close } = await openTestStore();
      try {
        const model: Model = { queues: Array.from({ length: SESSIONS }, newQueue), messages: 0 };
        const real: Real = { house: openHouse(store), running: Array.from({ length: SESSIONS }, () => null), lost: [], policies: [], turnOf: new Map(), ended: new Set() };
        for (const [at, queue] of model.queues.entries()) real.house.configure(at, queue.policy);
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await drain(model, real);
      } finally {
        await close();
      }
    }),
    { numRuns: RUNS },
  );
});
