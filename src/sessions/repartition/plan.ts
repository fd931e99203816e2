import type { Executor } from "../../store/store.ts";
import { groupSources } from "./components.ts";
import { targetsOf, type Assignment, type Placement } from "./assign.ts";
import type { PlannedChange, PlannedSession, PlannedStep, PlannedTarget } from "./plan-types.ts";
import { newReaders, type Probe } from "./readers.ts";
import { humanOf, OWNER } from "./speakers.ts";
import { survey, type Survey, type SurveyOptions } from "./survey.ts";
import type { Mode } from "./types.ts";

export interface PlanOptions extends SurveyOptions {
  readonly mode: Mode;
  readonly probes?: readonly Probe[] | undefined;
}

function counted(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? "" : "s"}`;
}

function messagesOf(placements: Iterable<Placement>): number {
  let sum = 0;
  for (const { row } of placements) sum += row.messages;
  return sum;
}

function plannedTargets({ home, placements }: Assignment): PlannedTarget[] {
  const groups = Map.groupBy(placements.values(), ({ target }) => home ?? target);
  if (home !== null && groups.size === 0) return [{ key: home, messages: 0, speakers: [] }];
  return [...groups].map(([key, theirs]) => ({
    key,
    messages: messagesOf(theirs),
    speakers: [...new Set(theirs.map(({ row, before, operator }) => (operator ? OWNER : humanOf(row, before)).words))],
  }));
}

/** How many sessions give something to each key, the one that is there included. */
function givers({ leaving, there }: Survey): Map<string, number> {
  const counts = new Map<string, number>();
  for (const assignment of [...leaving.values(), ...there.values()]) {
    for (const key of targetsOf(assignment)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function describe(key: string, action: PlannedSession["action"], to: readonly PlannedTarget[]): string {
  const all = counted(to.reduce((sum, { messages }) => sum + messages, 0), "message");
  const [only] = to;
  if (action === "move") return `${key} goes on as ${only?.key ?? key} (${all}).`;
  if (action === "merge") return `${key} joins ${only?.key ?? key} (${all}).`;
  const parts = to.map((target) => `${counted(target.messages, "message")} of ${target.speakers.join(", ")} to ${target.key}`);
  return `${key} is parted: ${parts.join("; ")}.`;
}

function plannedSession(assignment: Assignment, counts: ReadonlyMap<string, number>): PlannedSession {
  const to = plannedTargets(assignment);
  const { key, home } = assignment;
  const action = home === null ? "split" : (counts.get(home) ?? 0) > 1 ? "merge" : "move";
  return { key, action, messages: messagesOf(assignment.placements.values()), to, words: describe(key, action, to) };
}

/** One step for each group of sessions that exchange something, and one for what waits in the inbox. */
function stepsOf({ leaving }: Survey, mode: Mode): PlannedStep[] {
  const edges = new Map([...leaving].map(([key, assignment]) => [key, targetsOf(assignment)]));
  const groups = mode === "fresh" ? [] : groupSources(edges);
  return [...groups, []].map((sources, index) => ({ number: index + 1, sources }));
}

function linesOf(plan: Omit<PlannedChange, "lines">, leaving: number): string[] {
  const { mode, stays, moves, splits, merges, messages, readersTotal } = plan;
  const lines = mode === "fresh" && leaving > 0 ? [`Nothing is moved; in ${counted(leaving, "conversation")} somebody will begin a new one.`] : [];
  if (moves > 0) lines.push(`${counted(moves, "conversation")} ${moves === 1 ? "goes" : "go"} on under another key.`);
  if (merges > 0) lines.push(`${counted(merges, "conversation")} ${merges === 1 ? "joins another" : "join others"}.`);
  if (splits > 0) lines.push(`${counted(splits, "conversation")} ${splits === 1 ? "is" : "are"} parted by who spoke.`);
  if (messages > 0) lines.push(`${counted(messages, "message")} ${messages === 1 ? "goes" : "go"} elsewhere.`);
  lines.push(`${counted(stays, "conversation")} ${stays === 1 ? "stays as it is" : "stay as they are"}.`);
  if (readersTotal > 0) lines.push(`${readersTotal === 1 ? "One pair" : `${readersTotal} pairs`} of people: one would newly see what the other said.`);
  return lines;
}

/**
 * What a change of routing does to all conversations, without doing it (law 7): reads who spoke where, a page at a
 * time, never what was said, and writes nothing.
 */
export async function planChange(store: Executor, options: PlanOptions): Promise<PlannedChange> {
  const { mode } = options;
  const found = await survey(store, options);
  const counts = givers(found);
  const sessions = mode === "fresh" ? [] : [...found.leaving.values()].map((assignment) => plannedSession(assignment, counts));
  const { readers, total } = await newReaders(store, found, options.probes ?? [], options);
  const count = (action: PlannedSession["action"]): number => sessions.filter((session) => session.action === action).length;
  const plan: Omit<PlannedChange, "lines"> = {
    mode,
    steps: stepsOf(found, mode),
    sessions,
    stays: found.stays + (mode === "fresh" ? found.leaving.size : 0),
    moves: count("move"),
    splits: count("split"),
    merges: count("merge"),
    messages: sessions.reduce((sum, { key, to }) => sum + to.reduce((all, target) => all + (target.key === key ? 0 : target.messages), 0), 0),
    readers,
    readersTotal: total,
  };
  return { ...plan, lines: linesOf(plan, found.leaving.size) };
}
