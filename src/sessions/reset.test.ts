import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import type { ResetType } from "../domain/route.ts";
import { dailyBoundary, resetPolicy, sessionAges, staleReason, type KnownTimes, type ResetPolicy, type ResetSource } from "./reset.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const home = process.env["TZ"];
after(() => {
  if (home === undefined) delete process.env["TZ"];
  else process.env["TZ"] = home;
});

/** The process itself lives in that zone from now on. */
function moveTo(zone: string): void {
  process.env["TZ"] = zone;
  assert.equal(Intl.DateTimeFormat().resolvedOptions().timeZone, zone);
}

/** What the clock on the wall of a zone shows, as if it were UTC: from Intl's tables alone, nothing of Date's local fields. */
function wallOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });
  return (at) => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(part["year"] ?? 0, (part["month"] ?? 0) - 1, part["day"], part["hour"], part["minute"]);
  };
}

/** The first instant at which a zone's clock shows that hour of each day, or has gone past it: by looking at the clock every half hour. */
function boundaries(zone: string, from: number, days: number): number[][] {
  const wall = wallOf(zone);
  const found: number[][] = Array.from({ length: 24 }, () => []);
  let at = from - DAY;
  for (let hour = 0; hour < days * 24; hour++) {
    while (wall(at) < from + hour * HOUR) at += HOUR / 2;
    found[hour % 24]?.push(at);
  }
  return found;
}

const YEAR = Date.UTC(2026, 0, 1);

/** How often in the year two boundaries of one hour are not a day apart, and by how many hours they are. */
const ZONES: Readonly<Record<string, readonly number[]>> = {
  "Europe/Berlin": [23, 25],
  "America/New_York": [23, 25],
  "Australia/Lord_Howe": [23.5, 24.5],
  "Asia/Shanghai": [],
  "America/Santiago": [23, 25],
  "Africa/Casablanca": [23, 25],
  "America/Havana": [23, 25],
};

describe("the daily boundary through a whole year (spec 4.2)", () => {
  for (const [zone, uneven] of Object.entries(ZONES)) {
    test(`${zone}: every hour of every day, to the millisecond`, () => {
      moveTo(zone);
      const lengths = new Set<number>();
      for (const [hour, days] of boundaries(zone, YEAR, 366).entries()) {
        for (const [index, at] of days.entries()) {
          const before = days[index - 1];
          if (before === undefined) continue;
          lengths.add((at - before) / HOUR);
          const shown = `${zone} ${hour}:00, ${new Date(at).toISOString()}`;
          assert.equal(dailyBoundary(at, hour), at, `${shown}: exactly then`);
          assert.equal(dailyBoundary(at - 1, hour), before, `${shown}: a millisecond before it is the day before's`);
          assert.equal(dailyBoundary(at + 90 * MINUTE, hour), at, `${shown}: and later it stays`);
          const session = (startedAt: number) => staleReason({ mode: "daily", atHour: hour, idleMinutes: 0 }, { startedAt, lastInteractionAt: startedAt }, at);
          assert.deepEqual([session(at - 1), session(at)], ["daily", null], `${shown}: strictly before is stale`);
        }
      }
      assert.deepEqual([...lengths].toSorted((a, b) => a - b), [...new Set([...uneven, 24])].toSorted((a, b) => a - b));
    });
  }

  test("an hour that is left out is the instant after the gap; one that comes twice is its first", () => {
    moveTo("Europe/Berlin");
    assert.equal(dailyBoundary(Date.UTC(2026, 2, 29, 12), 2), Date.UTC(2026, 2, 29, 1), "02:00 is 03:00 summer time");
    assert.equal(dailyBoundary(Date.UTC(2026, 9, 25, 0, 59, 59, 999), 2), Date.UTC(2026, 9, 25, 0), "the first 02:59");
    assert.equal(dailyBoundary(Date.UTC(2026, 9, 25, 1, 30), 2), Date.UTC(2026, 9, 25, 0), "the second 02:30");
    moveTo("Australia/Lord_Howe");
    assert.equal(dailyBoundary(Date.UTC(2026, 9, 3, 20), 2), Date.UTC(2026, 9, 3, 15, 30), "02:00 is 02:30");
    moveTo("America/Santiago");
    assert.equal(dailyBoundary(Date.UTC(2026, 8, 6, 12), 0), Date.UTC(2026, 8, 6, 4), "midnight is 01:00");
  });

  test("a day that a place left out has no boundary ahead of us", () => {
    moveTo("Pacific/Apia");
    for (let now = Date.UTC(2011, 11, 28); now < Date.UTC(2012, 0, 2); now += HOUR / 2) {
      for (let hour = 0; hour < 24; hour++) {
        const boundary = dailyBoundary(now, hour);
        assert.ok(boundary <= now && now - boundary <= DAY, `${new Date(now).toISOString()} at ${hour}`);
      }
    }
  });
});

const daily: ResetPolicy = { mode: "daily", atHour: 4, idleMinutes: 0 };
const idle: ResetPolicy = { mode: "idle", atHour: 4, idleMinutes: 10 };
const both: ResetPolicy = { mode: "daily", atHour: 4, idleMinutes: 10 };
const never: ResetPolicy = { mode: "none", atHour: 4, idleMinutes: 10 };
const NOON = Date.UTC(2026, 5, 15, 12);
const FOUR = Date.UTC(2026, 5, 15, 4);
const LIMIT = 10 * MINUTE;

const FRESHNESS: readonly (readonly [string, ResetPolicy, started: number | null, last: number | null, "daily" | "idle" | null])[] = [
  ["none never ends, whatever its minutes", never, 0, 0, null],
  ["daily: began exactly at four", daily, FOUR, FOUR, null],
  ["daily: began a millisecond before", daily, FOUR - 1, NOON, "daily"],
  ["daily asks when it began, not when it was used", daily, FOUR - DAY, NOON, "daily"],
  ["daily without minutes is never idle", daily, FOUR, FOUR, null],
  ["idle: exactly at the limit", idle, 0, NOON - LIMIT, null],
  ["idle: a millisecond over", idle, 0, NOON - LIMIT - 1, "idle"],
  ["idle does not ask when it began", idle, 0, NOON, null],
  ["idle without minutes never ends", { ...idle, idleMinutes: 0 }, 0, 0, null],
  ["daily with minutes: whichever ends first, idle", both, FOUR, NOON - LIMIT - 1, "idle"],
  ["daily with minutes: whichever ends first, daily", both, FOUR - 1, NOON - LIMIT, "daily"],
  ["both have passed: idle is the reason", both, FOUR - 1, NOON - LIMIT - 1, "idle"],
  ["both are fresh", both, FOUR, NOON - LIMIT, null],
  ["what lies ahead ends nothing", both, NOON + 1, NOON + 1, null],
  ["used ahead of time, begun long ago: only the day counts", both, FOUR - DAY, NOON + 300, "daily"],
  ["used ahead of time is no silence", idle, 0, NOON + 300, null],
  ["nothing is known of it", both, null, null, null],
  ["unreadable times", both, Number.NaN, Number.NEGATIVE_INFINITY, null],
];

describe("fresh or stale, exactly (spec 4.2)", () => {
  for (const [name, policy, startedAt, lastInteractionAt, reason] of FRESHNESS) {
    test(name, () => {
      moveTo("UTC");
      assert.equal(staleReason(policy, { startedAt, lastInteractionAt }, NOON), reason);
    });
  }
});

const AGES: readonly (readonly [string, KnownTimes, started: number | null, last: number | null])[] = [
  ["a row of now", { sessionStartedAt: 5, writtenAt: 4, updatedAt: 9, lastInteractionAt: 7 }, 5, 7],
  ["without its beginning: the transcript's header, or `created`", { writtenAt: 4, updatedAt: 9, lastInteractionAt: 7 }, 4, 7],
  ["with `updatedAt` alone", { updatedAt: 9 }, 9, 9],
  ["activity is no interaction", { sessionStartedAt: 5, updatedAt: 9 }, 5, 5],
  ["a beginning of 1970 is one", { sessionStartedAt: 0, updatedAt: 9 }, 0, 0],
  ["negative and unreadable ones are not there", { sessionStartedAt: -1, writtenAt: Number.NaN, updatedAt: 9, lastInteractionAt: Number.POSITIVE_INFINITY }, 9, 9],
  ["null is not there", { sessionStartedAt: null, updatedAt: 9, lastInteractionAt: null }, 9, 9],
  ["nothing at all", {}, null, null],
];

describe("the ages of rows that lack some of it (spec 4.2)", () => {
  for (const [name, known, startedAt, lastInteractionAt] of AGES) {
    test(name, () => assert.deepEqual(sessionAges(known), { startedAt, lastInteractionAt }));
  }
});

const POLICIES: readonly (readonly [string, ResetSource, ResetType, channel: string, mode: string, atHour: number, idleMinutes: number])[] = [
  ["nothing is set", {}, "direct", "telegram", "none", 4, 0],
  ["session.idleMinutes alone is idle", { idleMinutes: 30 }, "group", "telegram", "idle", 4, 30],
  ["session.idleMinutes beside reset only lends its minutes", { idleMinutes: 30, reset: { mode: "daily" } }, "direct", "telegram", "daily", 4, 30],
  ["session.idleMinutes beside a reset without mode: none (A5)", { idleMinutes: 30, reset: { atHour: 5 } }, "direct", "telegram", "none", 5, 30],
  ["session.idleMinutes beside resetByType of another type: none", { idleMinutes: 30, resetByType: { group: { mode: "daily" } } }, "direct", "telegram", "none", 4, 30],
  ["reset for all", { reset: { mode: "idle", idleMinutes: 60 } }, "thread", "telegram", "idle", 4, 60],
  ["a type before reset, field by field", { reset: { mode: "daily", atHour: 7, idleMinutes: 90 }, resetByType: { group: { mode: "idle" } } }, "group", "telegram", "idle", 7, 90],
  ["another type leaves reset", { reset: { mode: "daily", atHour: 7 }, resetByType: { group: { mode: "idle" } } }, "direct", "telegram", "daily", 7, 0],
  ["dm is direct", { resetByType: { dm: { mode: "idle", idleMinutes: 5 } } }, "direct", "telegram", "idle", 4, 5],
  ["direct goes before dm, whole", { resetByType: { direct: { mode: "daily" }, dm: { mode: "idle", idleMinutes: 5 } } }, "direct", "telegram", "daily", 4, 0],
  ["dm is not for groups", { resetByType: { dm: { mode: "idle", idleMinutes: 5 } } }, "group", "telegram", "none", 4, 0],
  ["a thread is no group", { resetByType: { group: { mode: "daily" } } }, "thread", "telegram", "none", 4, 0],
  ["a channel replaces all others", { idleMinutes: 30, reset: { mode: "daily", atHour: 7 }, resetByType: { direct: { mode: "idle" } }, resetByChannel: { discord: { mode: "daily" } } }, "direct", "discord", "daily", 4, 0],
  ["a channel without a mode is none, whatever the others say", { idleMinutes: 30, reset: { mode: "daily" }, resetByChannel: { discord: { idleMinutes: 5 } } }, "direct", "discord", "none", 4, 5],
  ["another channel follows the others", { reset: { mode: "daily", atHour: 7 }, resetByChannel: { discord: { mode: "idle" } } }, "direct", "telegram", "daily", 7, 0],
  ["a channel called like what every object has", { resetByChannel: {} }, "direct", "constructor", "none", 4, 0],
  ["hours and minutes are whole and within their bounds", { reset: { mode: "daily", atHour: 99.5, idleMinutes: 1.9 } }, "direct", "telegram", "daily", 23, 1],
  ["and below them", { reset: { mode: "daily", atHour: -3, idleMinutes: -7 } }, "direct", "telegram", "daily", 0, 0],
  ["idle with no minutes anywhere never ends", { reset: { mode: "idle" } }, "direct", "telegram", "idle", 4, 0],
];

describe("which policy applies (spec 4.1)", () => {
  for (const [name, source, type, channel, mode, atHour, idleMinutes] of POLICIES) {
    test(name, () => assert.deepEqual(resetPolicy(source, type, channel), { mode, atHour, idleMinutes }));
  }

  test("nothing ends that nobody asked for: without a mode or the older minutes there is none (A5, 4.3)", () => {
    const layer = fc.record({ atHour: fc.integer({ min: 0, max: 23 }), idleMinutes: fc.integer({ min: 1, max: 9_999 }) }, { requiredKeys: [] });
    const source = fc.record({ reset: layer, resetByType: fc.record({ direct: layer, group: layer, thread: layer }, { requiredKeys: [] }), resetByChannel: fc.record({ telegram: layer }, { requiredKeys: [] }) }, { requiredKeys: [] });
    fc.assert(
      fc.property(source, fc.constantFrom<ResetType>("direct", "group", "thread"), (settings, type) => {
        assert.equal(resetPolicy(settings, type, "telegram").mode, "none");
      }),
    );
  });
});
