import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createSchedule, type Concurrency, type Job } from "./schedule.ts";

type Step = { readonly do: "ask"; readonly who: string } | { readonly do: "end" | "withdraw"; readonly which: number } | { readonly do: "limits"; readonly limits: Concurrency };

const people = ["ann", "bob", "cem", "dee"];
const limit = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Number.POSITIVE_INFINITY));

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant("ask" as const), who: fc.constantFrom(...people) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant("end" as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("withdraw" as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("limits" as const), limits: fc.record({ total: limit, perPerson: limit }) }) },
  ),
  { maxLength: 200 },
);

/** A schedule with everything beside it that it is judged by. */
function watched(first: Concurrency) {
  const schedule = createSchedule();
  const waiting: Job[] = [];
  const running: Job[] = [];
  /** How often each other person went before somebody who waited, and could have gone. */
  const passed = new Map<string, Map<string, number>>();
  let limits = first;
  let sessions = 0;
  const runningOf = (who: string): number => running.filter((job) => job.who === who).length;
  const mayRun = (who: string): boolean => runningOf(who) < limits.perPerson;

  const grant = (job: Job): void => {
    assert.ok(running.length < limits.total, "more run than may");
    assert.ok(mayRun(job.who), "more of one person run than may");
    const first = waiting.find(({ who }) => who === job.who);
    assert.equal(job, first, "a person's sessions go in the order in which they asked");
    for (const other of new Set(waiting.map(({ who }) => who))) {
      if (other === job.who || !mayRun(other)) continue;
      const by = passed.get(other) ?? new Map<string, number>();
      by.set(job.who, (by.get(job.who) ?? 0) + 1);
      assert.ok((by.get(job.who) ?? 0) <= 1, `${job.who} went twice before ${other}`);
      passed.set(other, by);
    }
    passed.delete(job.who);
    waiting.splice(waiting.indexOf(job), 1);
    running.push(job);
  };

  return {
    perform(step: Step): void {
      if (step.do === "limits") limits = step.limits;
      else if (step.do === "ask") {
        const job = { who: step.who, session: `s${sessions++}` };
        waiting.push(job);
        schedule.add(job);
      } else {
        const list = step.do === "end" ? running : waiting;
        const [job] = list.length === 0 ? [] : list.splice(step.which % list.length, 1);
        if (job) schedule[step.do](job);
        // Who has left and comes back stands at the end again.
        if (job && !waiting.some(({ who }) => who === job.who)) passed.delete(job.who);
      }
    },
    pump(): void {
      for (let job = schedule.next(limits); job !== null; job = schedule.next(limits)) grant(job);
      assert.equal(schedule.running(), running.length);
      const idle = running.length < limits.total && waiting.some(({ who }) => mayRun(who));
      assert.ok(!idle, "somebody waits who could run");
    },
    drain(): void {
      for (let turn = 0; running.length > 0; turn++) {
        this.perform({ do: "end", which: turn });
        this.pump();
      }
      assert.deepEqual(waiting, [], "all of them run in the end");
    },
  };
}

test("limits are never exceeded, no place stays empty, and nobody goes twice before somebody who waits", () => {
  fc.assert(
    fc.property(fc.record({ total: limit, perPerson: limit }), steps, (limits, all) => {
      const house = watched(limits);
      for (const step of all) {
        house.perform(step);
        house.pump();
      }
      house.drain();
    }),
    { numRuns: 500 },
  );
});

test("one person with a hundred conversations does not keep another's from its turn", () => {
  const schedule = createSchedule();
  const one = { total: 1, perPerson: Number.POSITIVE_INFINITY };
  for (let i = 0; i < 100; i++) schedule.add({ who: "busy", session: `s${i}` });
  const first = schedule.next(one);
  schedule.add({ who: "quiet", session: "only" });
  assert.equal(schedule.next(one), null);
  if (first) schedule.end(first);
  assert.equal(schedule.next(one)?.who, "busy", "who waited already goes first");
  schedule.end({ who: "busy", session: "s1" });
  assert.equal(schedule.next(one)?.who, "quiet");
});
