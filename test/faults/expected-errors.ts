import type { LogLine } from "../e2e/house.ts";

/** What a gateway may cry out about, and which faults are the reason; any other line of level error is a finding. */
const EXPECTED: readonly { readonly line: RegExp; readonly because: RegExp }[] = [
  { line: /^The disk that holds the database is full\./, because: /^disk full$/ },
];

/** The errors that none of these faults explains. */
export function unexplained(lines: readonly LogLine[], kinds: ReadonlySet<string>): LogLine[] {
  const reasons = EXPECTED.filter(({ because }) => [...kinds].some((kind) => because.test(kind)));
  return lines.filter(({ msg }) => !reasons.some(({ line }) => line.test(msg)));
}
