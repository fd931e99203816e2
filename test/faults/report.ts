import type { Law } from "./check.ts";
import type { Round } from "./round.ts";

/** What became of the messages that were said during one kind of fault. */
export interface Line {
  readonly kind: string;
  count: number;
  messages: number;
  lost: number;
  doubled: number;
  misordered: number;
  unknown: number;
  longestMs: number;
}

export interface Report {
  readonly faults: number;
  readonly messages: number;
  readonly lines: readonly Line[];
  readonly total: Line;
  /** Turns that ended with a notice: the model failed too often or took too long. */
  readonly noticed: number;
  /** Beginnings of answers that were never completed. */
  readonly beginnings: number;
  /** From the end of a stretch's last fault until nothing was open any more. */
  readonly settledMs: number;
  readonly broken: Readonly<Record<Law, number>>;
}

const NO_LAWS: Readonly<Record<Law, number>> = { lost: 0, doubled: 0, misordered: 0, misrouted: 0, orphan: 0, stuck: 0, log: 0 };

function emptyLine(kind: string): Line {
  return { kind, count: 0, messages: 0, lost: 0, doubled: 0, misordered: 0, unknown: 0, longestMs: 0 };
}

function add(line: Line, one: Partial<Line>): void {
  for (const column of ["count", "messages", "lost", "doubled", "misordered", "unknown"] as const) line[column] += one[column] ?? 0;
  line.longestMs = Math.max(line.longestMs, one.longestMs ?? 0);
}

export function reportOf(rounds: readonly Round[]): Report {
  const lines = new Map<string, Line>();
  const lineOf = (kind: string): Line => {
    const line = lines.get(kind) ?? emptyLine(kind);
    lines.set(kind, line);
    return line;
  };
  const broken = { ...NO_LAWS };
  for (const { befallen, findings } of rounds) {
    for (const { kind, messages, unknown, longestMs } of befallen) add(lineOf(kind), { count: 1, messages, unknown, longestMs });
    for (const { law, kind } of findings) {
      broken[law]++;
      if (kind !== null && (law === "lost" || law === "doubled" || law === "misordered")) add(lineOf(kind), { [law]: 1 });
    }
  }
  const total = emptyLine("all");
  for (const line of lines.values()) add(total, line);
  const sum = (of: (round: Round) => number): number => rounds.reduce((all, round) => all + of(round), 0);
  return {
    faults: total.count,
    messages: sum(({ messages }) => messages),
    lines: [...lines.values()].toSorted((a, b) => (a.kind < b.kind ? -1 : 1)),
    total,
    noticed: sum(({ tally }) => tally.noticed.length),
    beginnings: sum(({ tally }) => tally.beginnings),
    settledMs: Math.max(0, ...rounds.flatMap(({ settled }) => settled.map(({ tookMs }) => tookMs))),
    broken,
  };
}

function row({ kind, count, messages, lost, doubled, misordered, unknown, longestMs }: Line): string {
  return `| ${[kind, count, messages, lost, doubled, misordered, unknown, `${(longestMs / 1_000).toFixed(1)} s`].join(" | ")} |`;
}

/** The table of docs/reliability.md. */
export function markdown({ lines, total, noticed, beginnings, settledMs }: Report): string {
  return [
    "| Fault | Times | Messages | Lost | Doubled | Out of order | Unknown | Longest wait |",
    "|---|--:|--:|--:|--:|--:|--:|--:|",
    ...lines.map(row),
    row({ ...total, kind: "**all**" }),
    "",
    `${noticed} messages got a notice instead of an answer, because the model failed too often or took too long; ${beginnings} beginnings of answers were left uncompleted in a chat. Once no fault went on, everything was settled within ${(settledMs / 1_000).toFixed(1)} s.`,
  ].join("\n");
}

export function describeFailure({ seed, drawn, findings, befallen, tails }: Round, how: string): string {
  return [
    `Seed ${seed} broke ${findings.length} laws after ${befallen.length} of ${drawn.length} faults. Again: ${how}`,
    ...findings.slice(0, 30).map(({ law, mark, what, kind }) => `  ${law}: ${mark === null ? "" : `${mark}: `}${what}${kind === null ? "" : ` (said during: ${kind})`}`),
    "The faults:",
    ...drawn.slice(0, befallen.length).map((one, index) => `  ${index + 1}. ${one.kind} (gateway ${one.slot + 1}, bot ${one.bot + 1}, after ${one.pauseMs} ms, ${one.lastsMs} ms, ${one.nth})`),
    tails,
  ].join("\n");
}
