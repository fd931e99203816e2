import { ENDED_UNFORESEEN } from "../../src/main/last-words.ts";
import type { LogLine } from "../e2e/house.ts";

/** What a gateway may cry out about, and which faults are the reason; any other line of level error is a finding. */
const EXPECTED: readonly { readonly line: RegExp; readonly because: RegExp }[] = [
  // Whatever could not be written for want of room is tried again, and said each time.
  { line: /disk that holds the database is full|database or disk is full|ENOSPC/i, because: /^disk full$/ },
  // The same for a server that is away. A gateway that was paused finds its connections broken, too.
  { line: /PostgreSQL server (cannot be reached|is going down or coming up)/, because: /^(PostgreSQL: |SIGSTOP)/ },
];

/** The errors that none of these faults explains, each once, with how often it was said. */
export function unexplained(lines: readonly LogLine[], kinds: ReadonlySet<string>): string[] {
  const reasons = EXPECTED.filter(({ because }) => [...kinds].some((kind) => because.test(kind)));
  const whole = lines.map(({ msg, err }) => `${msg} ${(err as { message?: string } | undefined)?.message ?? ""}`.trim());
  // No fault is a reason for a gateway to end by itself.
  const left = whole.filter((text) => text.startsWith(ENDED_UNFORESEEN) || !reasons.some(({ line }) => line.test(text)));
  return [...Map.groupBy(left, (text) => text)].map(([text, { length }]) => (length === 1 ? text : `${text} (${length} times)`));
}
