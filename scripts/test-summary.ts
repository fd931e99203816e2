/** A reporter of node:test whose whole report is one line of JSON: what scripts/test.ts says at the end of a run. */
import type { TestEvent } from "node:test/reporters";

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  /** Why tests were left out, and how many for that reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const skipped: Record<string, number> = {};
  const counts = { passed: 0, failed: 0 };
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { skip, details } = data;
    if (details.type === "suite" && type === "test:pass" && skip === undefined) continue;
    if (type === "test:fail") counts.failed++;
    else if (skip === undefined || skip === false) counts.passed++;
    else {
      const why = skip === true || skip === "" ? "no reason given" : skip;
      skipped[why] = (skipped[why] ?? 0) + 1;
    }
  }
  yield `${JSON.stringify({ ...counts, skipped } satisfies Summary)}\n`;
}
