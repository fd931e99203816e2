import assert from "node:assert/strict";
import { test } from "node:test";
import { isContinuoError } from "../domain/errors.ts";
import type { JobSchedule } from "../domain/job.ts";
import { firstInstant, nextInstant } from "./schedule.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BEGIN = Date.UTC(2027, 0, 1);
const END = Date.UTC(2028, 0, 1);

function job(schedule: JobSchedule, id = "job", createdAtMs = BEGIN) {
  return { id, createdAtMs, schedule };
}

function* instants(schedule: JobSchedule, from = BEGIN, to = END, id = "job"): Generator<number> {
  const one = job(schedule, id);
  for (let at = nextInstant(one, from - 1); at !== null && at < to; at = nextInstant(one, at)) yield at;
}

/** What the clock on the wall says there: `2027-03-28 03:00`. */
function local(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return (at) => format.format(at);
}

/** Zones whose clocks change by an hour, by half of one, and never; the second changes in the other half of the year. */
const ZONES = ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"] as const;

for (const zone of ZONES) {
  test(`${zone}: a job of each day comes on each day of a year once, at its hour, or right behind the gap that the clocks make`, () => {
    for (const [expr, hour] of [["30 2 * * *", "02:30"], ["0 7 * * *", "07:00"], ["0 0 * * *", "00:00"]] as const) {
      const said = local(zone);
      const all = [...instants({ kind: "cron", expr, tz: zone })].map(said);
      const days = all.map((text) => text.slice(0, 10));
      assert.equal(new Set(days).size, days.length, `${expr}: twice on one day`);
      assert.ok(days.length >= 364 && days.length <= 366, `${expr}: ${days.length} days`);
      const odd = all.filter((text) => text.slice(11) !== hour);
      assert.ok(odd.length <= 1, `${expr}: ${odd.join(", ")}`);
      // An hour that there is not: the instant after it.
      for (const text of odd) assert.equal(text.slice(11) > hour, true, text);
    }
  });

  test(`${zone}: a job of each half hour comes every half hour, whatever the clocks do in spring and in autumn`, () => {
    for (const [from, to] of [[Date.UTC(2027, 2, 20), Date.UTC(2027, 3, 10)], [Date.UTC(2027, 8, 26), Date.UTC(2027, 10, 7)]] as const) {
      const all = [...instants({ kind: "cron", expr: "*/30 * * * *", tz: zone }, from, to)];
      const gaps = new Set(all.slice(1).map((at, index) => at - (all[index] ?? 0)));
      assert.deepEqual([...gaps], [30 * MINUTE]);
    }
  });
}

test("an hour that comes twice is one run of a job of the hour's minute, and every instant lies behind the one that was asked from", () => {
  const night = [...instants({ kind: "cron", expr: "30 2 * * *", tz: "Europe/Berlin" }, Date.UTC(2027, 9, 30, 12), Date.UTC(2027, 9, 31, 12))];
  assert.deepEqual(night.map((at) => new Date(at).toISOString()), ["2027-10-31T00:30:00.000Z"]);
  for (const zone of ZONES) {
    const one = job({ kind: "cron", expr: "*/7 1-3 * * *", tz: zone });
    for (let at = Date.UTC(2027, 9, 30, 20); at < Date.UTC(2027, 9, 31, 6); at += 97_001) assert.ok((nextInstant(one, at) ?? 0) > at);
  }
});

test("what comes every so often never drifts, however late it is asked, and begins at its anchor", () => {
  const one = job({ kind: "every", everyMs: 7 * MINUTE, anchorMs: BEGIN + HOUR });
  assert.equal(nextInstant(one, BEGIN), BEGIN + HOUR);
  for (let late = 0; late < DAY; late += 111_111) assert.equal(((nextInstant(one, BEGIN + HOUR + late) ?? 0) - BEGIN - HOUR) % (7 * MINUTE), 0);
  assert.equal(nextInstant(one, BEGIN + HOUR), BEGIN + HOUR + 7 * MINUTE);
  assert.equal(nextInstant(job({ kind: "every", everyMs: HOUR }), BEGIN), BEGIN + HOUR, "the anchor is its making");
});

test("what is done once is done at its time, and never after", () => {
  const one = job({ kind: "at", at: "2027-06-01T08:00:00+02:00" });
  assert.equal(firstInstant(one, BEGIN), Date.UTC(2027, 5, 1, 6));
  assert.equal(nextInstant(one, Date.UTC(2027, 5, 1, 6)), null);
  assert.throws(() => firstInstant(one, END), /is past/);
});

test("jobs of one instant are spread over their window, each always to the same place", () => {
  const schedule = { kind: "cron", expr: "0 * * * *", tz: "UTC", staggerMs: 5 * MINUTE } as const;
  const offsets = Array.from({ length: 200 }, (_, index) => (nextInstant(job(schedule, `job-${index}`), BEGIN) ?? 0) % HOUR);
  assert.ok(offsets.every((offset) => offset < 5 * MINUTE) && new Set(offsets).size > 150);
  assert.equal([...instants(schedule, BEGIN, BEGIN + DAY, "job-7")].length, 24);
});

const BAD: readonly (readonly [JobSchedule, RegExp])[] = [
  [{ kind: "cron", expr: "61 * * * *" }, /no cron expression/],
  [{ kind: "cron", expr: "* * * *" }, /five fields/],
  [{ kind: "cron", expr: "2027-01-01T00:00:00" }, /five fields/],
  [{ kind: "cron", expr: "0 7 * * *", tz: "Mars/Olympus" }, /no time zone/],
  [{ kind: "cron", expr: "0 0 30 2 *" }, /never due/],
  [{ kind: "at", at: "tomorrow-ish" }, /is no time/],
];

for (const [schedule, words] of BAD) {
  test(`a schedule that is none is refused where it is made: ${JSON.stringify(schedule)}`, () => {
    assert.throws(() => firstInstant(job(schedule), BEGIN), (error) => isContinuoError(error) && error.code === "REQUEST_INVALID" && words.test(error.message));
  });
}
