import { displayWidth, padToWidth, withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";
import { alignedTable } from "../table.ts";
import { asRow, numberOf, rowsOf, textOf, textsOf, type Row } from "../wire.ts";
import { conversationName, possessive, shortened } from "./conversation-name.ts";

/** What a change would do to the conversations, as the wire tells it (`changes.plan`, `people.*`). */
export interface PlanView {
  readonly id: string;
  readonly settings: readonly SettingChange[];
  readonly sessions: readonly SessionStep[];
  readonly stays: number;
  readonly moves: number;
  readonly splits: number;
  readonly merges: number;
  readonly messages: number;
  /** Who would newly see whose words. */
  readonly readers: readonly string[];
  readonly lines: readonly string[];
}

interface SettingChange {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

interface SessionStep {
  readonly key: string;
  readonly action: "stay" | "move" | "split" | "merge";
  readonly messages: number;
  readonly to: readonly { readonly key: string; readonly messages: number; readonly speakers: readonly string[] }[];
  readonly words: string;
}

function written(value: unknown): string {
  return value === undefined || value === null ? "not set" : withoutControls(JSON.stringify(value));
}

function settingOf(row: Row): SettingChange {
  return { path: withoutControls(textOf(row, "path") ?? textsOf(row, "path").join(".")), before: written(row.before), after: written(row.after) };
}

function actionOf(row: Row): SessionStep["action"] {
  const { action } = row;
  return action === "move" || action === "split" || action === "merge" ? action : "stay";
}

function stepOf(row: Row): SessionStep {
  const step = {
    key: withoutControls(textOf(row, "key") ?? ""),
    action: actionOf(row),
    messages: numberOf(row, "messages") ?? 0,
    to: rowsOf(row, "to").map((part) => ({
      key: withoutControls(textOf(part, "key") ?? ""),
      messages: numberOf(part, "messages") ?? 0,
      speakers: textsOf(part, "speakers").map(withoutControls),
    })),
  };
  const words = withoutControls(textOf(row, "words") ?? "");
  return { ...step, words: words === "" ? wordsOf(step) : words };
}

function readerOf(row: Row): string {
  const words = withoutControls(textOf(row, "words") ?? "");
  if (words !== "") return words;
  const text = (field: string) => withoutControls(textOf(row, field) ?? "somebody");
  const place = conversationName(withoutControls(textOf(row, "session") ?? ""));
  return `${text("reader")} would see ${numberOf(row, "messages") ?? "some"} messages of ${text("author")} in ${place}.`;
}

/** A plan of the wire. Null where the answer holds none: nothing waits to be changed. */
export function planOf(value: unknown): PlanView | null {
  const plan = asRow(value);
  const id = textOf(plan, "id");
  if (id === null) return null;
  const count = (field: string) => numberOf(plan, field) ?? 0;
  return {
    id,
    settings: rowsOf(plan, "settings").map(settingOf),
    sessions: rowsOf(plan, "sessions").map(stepOf),
    stays: count("stays"),
    moves: count("moves"),
    splits: count("splits"),
    merges: count("merges"),
    messages: count("messages"),
    readers: rowsOf(plan, "readers").map(readerOf),
    lines: textsOf(plan, "lines").map(withoutControls),
  };
}

/** Nothing of it needs anybody's yes: no conversation changes its place and nobody newly reads anything. */
export function isHarmless({ moves, splits, merges, readers }: PlanView): boolean {
  return moves + splits + merges === 0 && readers.length === 0;
}

function ofWhom(speakers: readonly string[], messages: number): string {
  const [only] = speakers;
  const whose = speakers.length === 0 ? "The messages" : speakers.length === 1 ? `${possessive(only ?? "")} messages` : `The messages of ${shortened(speakers, 3)}`;
  return `${whose} (${messages})`;
}

/** For people: `Alice's messages (120) leave the shared conversation and become Alice's own conversation.` */
function wordsOf({ key, action, to }: Omit<SessionStep, "words">): string {
  const from = conversationName(key);
  if (action === "stay" || to.length === 0) return `Nothing changes in ${from}.`;
  return to
    .map((part) => {
      const target = conversationName(part.key);
      if (part.key === key) return `${ofWhom(part.speakers, part.messages)} stay in ${from}.`;
      return action === "merge" ? `${ofWhom(part.speakers, part.messages)} of ${from} join ${target}.` : `${ofWhom(part.speakers, part.messages)} leave ${from} and become ${target}.`;
    })
    .join(" ");
}

const MOST_READERS = 12;
const MOST_SENTENCES = 8;
const MOST_ROWS = 20;
const MOST_TARGETS = 4;
const WIDEST_BOX = 96;

function cut(lines: readonly string[], most: number): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `... and ${lines.length - most} more (--json prints them all)`];
}

/** Lines no wider than `width`, broken between words where there is a place to break. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && displayWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === "" ? lines : [...lines, line];
}

function boxed(title: string, lines: readonly string[], columns: number): string[] {
  const width = Math.max(20, Math.min(columns, WIDEST_BOX) - 4);
  const body = lines.flatMap((line) => wrapped(line, width - 2).map((part, index) => `${index === 0 ? "• " : "  "}${part}`));
  const inner = Math.max(displayWidth(title) + 1, ...body.map(displayWidth));
  return [
    `┌ ${title} ${"─".repeat(Math.max(0, inner - displayWidth(title)))}┐`,
    ...body.map((line) => `│ ${padToWidth(line, inner)} │`),
    `└${"─".repeat(inner + 2)}┘`,
  ];
}

function readerLines({ readers }: PlanView, columns: number, palette: Palette): string[] {
  if (readers.length === 0) return [];
  return [...boxed("Who would newly see whose words", cut(readers, MOST_READERS), columns).map(palette.warn), ""];
}

function settingLines({ settings }: PlanView, palette: Palette): string[] {
  if (settings.length === 0) return [];
  const rows = settings.map(({ path, before, after }) => [`  ${path}`, shorter(before), shorter(after)]);
  return [palette.bold("Settings"), ...alignedTable(["  SETTING", "BEFORE", "AFTER"], rows), ""];
}

/** A value in a cell: long lists are named by their beginning. */
function shorter(text: string): string {
  return displayWidth(text) <= 60 ? text : `${Array.from(text).slice(0, 57).join("")}...`;
}

const ACTIONS: Readonly<Record<SessionStep["action"], string>> = { stay: "stays", move: "moves", split: "is split", merge: "joins" };

function stepRows({ key, action, messages, to }: SessionStep): string[][] {
  const first = [ACTIONS[action], String(messages), key];
  if (to.length === 0) return [[`  ${first[0]}`, ...first.slice(1), "-"]];
  const rows = to.slice(0, MOST_TARGETS).map((part, index) => {
    const [name, count, from] = index === 0 ? first : ["", "", ""];
    return [`  ${name}`, count ?? "", from ?? "", to.length === 1 ? part.key : `${part.key} (${part.messages})`];
  });
  return to.length <= MOST_TARGETS ? rows : [...rows, ["", "", "", `... and ${to.length - MOST_TARGETS} more`]];
}

function sessionLines({ sessions }: PlanView, palette: Palette): string[] {
  const changed = sessions.filter(({ action }) => action !== "stay");
  if (changed.length === 0) return [];
  const sentences = cut(changed.map(({ words }) => words), MOST_SENTENCES).map((line) => `  ${line}`);
  const rows = changed.slice(0, MOST_ROWS).flatMap(stepRows);
  const rest = changed.length - MOST_ROWS;
  return [
    palette.bold("What would happen"),
    ...sentences,
    "",
    ...alignedTable(["  ACTION", "MESSAGES", "FROM", "TO"], rows),
    ...(rest > 0 ? [`  ... and ${rest} more (--json prints them all)`] : []),
    "",
  ];
}

/** `2 conversations move, 1 is split, 14 stay as they are; 340 messages change place.` */
export function summaryOf(plan: PlanView): string {
  const counts = [
    [plan.moves, "moves", "move"],
    [plan.splits, "is split", "are split"],
    [plan.merges, "joins another", "join others"],
  ] as const;
  const changes = counts.filter(([count]) => count > 0).map(([count, one, many], index) => {
    const noun = index > 0 ? "" : count === 1 ? " conversation" : " conversations";
    return `${count}${noun} ${count === 1 ? one : many}`;
  });
  const stays = plan.stays === 0 ? [] : [plan.stays === 1 ? "1 stays as it is" : `${plan.stays} stay as they are`];
  if (changes.length === 0) return "No conversation changes its place.";
  return `${[...changes, ...stays].join(", ")}; ${plan.messages === 1 ? "1 message changes" : `${plan.messages} messages change`} place.`;
}

/** A plan for people: who would newly see whose words first, then settings, conversations, and one line that sums it up. */
export function planLines(plan: PlanView, columns: number, palette: Palette): string[] {
  return [...readerLines(plan, columns, palette), ...settingLines(plan, palette), ...sessionLines(plan, palette), ...plan.lines, summaryOf(plan)];
}
