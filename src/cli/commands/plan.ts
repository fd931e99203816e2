import { Option, type Command } from "commander";
import { decline, leavable, needsApproval, undoLines } from "../approval.ts";
import { command, type CommandContext } from "../command.ts";
import { withoutControls } from "../display-width.ts";
import { failure } from "../failure.ts";
import type { GatewayEvent } from "../gateway-client.ts";
import { consult, operate } from "../operate.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { moreLines, pageOf, paged, type PageOptions } from "../paging.ts";
import { askAt } from "../prompts.ts";
import { changeLines, changeText } from "../views/changes.ts";
import { isHarmless, planLines, planOf, type PlanView } from "../views/plan.ts";
import { asRow, numberOf, rowsOf, textOf, type Row } from "../wire.ts";
import { parseValue, settablePath } from "./config.ts";

interface EditOptions {
  readonly set: readonly string[];
  readonly unset: readonly string[];
  readonly json?: boolean;
}

interface ApplyOptions extends EditOptions {
  readonly yes?: boolean;
  readonly fresh?: boolean;
}

/** `path=value`; an equals sign inside brackets belongs to the path. */
async function editOf(text: string): Promise<object> {
  const [, path, value] = /^((?:\[[^\]]*\]|[^=[])+)=(.*)$/s.exec(text) ?? [];
  if (path === undefined || value === undefined) throw failure("REQUEST_INVALID", `--set ${text} is not path=value.`, "Write for example --set session.dmScope=per-peer");
  return { path: settablePath(path.trim()), value: await parseValue(value) };
}

/** The edits of `changes.plan`; one without `value` takes its setting out. None: the file's own waiting change. */
async function editsOf({ set, unset }: EditOptions): Promise<{ edits?: object[] }> {
  const edits = [...(await Promise.all(set.map(editOf))), ...unset.map((path) => ({ path: settablePath(path) }))];
  return edits.length === 0 ? {} : { edits };
}

const NOTHING = "Nothing waits to be changed: every conversation stays where it is.";

function isNothing(plan: PlanView | null): plan is null {
  return plan === null || (isHarmless(plan) && plan.settings.length === 0);
}

async function changesOf({ deps }: CommandContext): Promise<{ readonly answer: Row; readonly changes: readonly Row[] }> {
  const answer = asRow(await consult(deps, "changes.list", {}));
  return { answer, changes: rowsOf(answer, "changes") };
}

async function list(context: CommandContext, options: PageOptions & { readonly json?: boolean }): Promise<void> {
  const { terminal, time } = context.deps;
  const { answer, changes } = await changesOf(context);
  const page = pageOf(changes, options);
  if (options.json) return printJson(terminal, { waiting: answer.waiting ?? null, changes: page, total: changes.length });
  const waits = asRow(answer.waiting);
  printLines(terminal, [
    ...(textOf(waits, "id") === null ? [] : [paletteFor(terminal).warn("A change waits for your yes: `continuo plan` shows it, `continuo apply` does it."), ""]),
    ...changeLines(page, time.now()),
    ...moreLines(changes.length, page.length, options),
  ]);
}

async function plan(context: CommandContext, options: EditOptions & PageOptions & { readonly list?: boolean }): Promise<void> {
  const { deps } = context;
  if (options.list) return list(context, options);
  const edits = await editsOf(options);
  const answer = asRow(await consult(deps, "changes.plan", edits));
  if (options.json) return printJson(deps.terminal, answer);
  const found = planOf(answer.plan);
  if (isNothing(found)) return printLines(deps.terminal, [NOTHING]);
  const how = edits.edits === undefined ? "continuo apply" : "the same options with `continuo apply`";
  printLines(deps.terminal, [...planLines(found, deps.terminal.columns, paletteFor(deps.terminal)), `Nothing was changed. Do it: ${how}`]);
}

const FRESH = "--fresh: no message is moved. Conversations that get another place begin empty there; what was said stays where it is.";

/** `3 of 12 sessions`, in one line that is written over, while a person looks on. */
function progressOn({ terminal }: CommandContext["deps"], interactive: boolean): { onEvent(event: GatewayEvent): void; end(): void } {
  let width = 0;
  return {
    onEvent({ event, payload }) {
      const done = numberOf(payload, "done");
      const total = numberOf(payload, "total");
      if (!interactive || event !== "changes.progress" || done === null || total === null) return;
      const text = `${done} of ${total} sessions`;
      terminal.stderr.write(`\r${text.padEnd(width)}`);
      width = text.length;
    },
    end: () => void (width > 0 && terminal.stderr.write("\n")),
  };
}

function appliedLines(answer: Row, shown: PlanView, context: CommandContext): string[] {
  const palette = paletteFor(context.deps.terminal);
  const done = planOf(answer.plan);
  const other = done !== null && done.id !== shown.id;
  const sessions = numberOf(answer, "sessions") ?? 0;
  const messages = numberOf(answer, "messages") ?? 0;
  return [
    ...(other ? [palette.warn("Meanwhile something had changed; what was done is this:"), ...planLines(done, context.deps.terminal.columns, palette)] : []),
    `${palette.good("✓")} Done: ${sessions} session${sessions === 1 ? "" : "s"} and ${messages} message${messages === 1 ? "" : "s"} changed place.`,
    ...undoLines(answer),
  ];
}

async function apply(context: CommandContext, options: ApplyOptions): Promise<void> {
  const { deps } = context;
  const { terminal } = deps;
  const json = options.json === true;
  const ask = askAt(deps, json, deps.prompter);
  const edits = await editsOf(options);
  const answer = asRow(await consult(deps, "changes.plan", edits));
  const wanted = planOf(answer.plan);
  if (isNothing(wanted)) return json ? printJson(terminal, { applied: false, plan: answer.plan ?? null }) : printLines(terminal, [NOTHING]);
  if (!json) printLines(terminal, [...planLines(wanted, terminal.columns, paletteFor(terminal)), ...(options.fresh ? [FRESH] : [])]);
  if (!options.yes && !isHarmless(wanted)) {
    if (!ask.interactive) throw needsApproval(json ? "`continuo plan`" : "above");
    if (!(await ask.confirm("Apply this?", "--yes"))) return decline(context);
  }
  const progress = progressOn(deps, ask.interactive);
  // A yes at the terminal was for the plan that was shown: the operation may refuse another one (CHANGE_STALE).
  const params = { ...edits, ...(options.fresh ? { mode: "fresh" } : {}), ...(options.yes ? {} : { planId: wanted.id }) };
  const done = asRow(await operate(deps, "changes.apply", params, progress.onEvent).finally(progress.end));
  if (json) return printJson(terminal, done);
  printLines(terminal, appliedLines(done, wanted, context));
}

/** The change that is meant: the one named, by a beginning that only it has, or the newest that is in force. */
function chosen(changes: readonly Row[], id: string | undefined): Row {
  const idOf = (change: Row) => textOf(change, "id") ?? "";
  if (id === undefined) {
    const inForce = changes.filter((change) => textOf(change, "state") === "applied");
    const [newest] = inForce.toSorted((a, b) => (numberOf(b, "at") ?? 0) - (numberOf(a, "at") ?? 0));
    if (newest === undefined) throw failure("CHANGE_UNKNOWN", "There is no change to take back.", "List the changes with `continuo changes`.");
    return newest;
  }
  const named = changes.find((change) => idOf(change) === id);
  const alike = changes.filter((change) => idOf(change).startsWith(id));
  const found = named ?? (alike.length === 1 ? alike[0] : undefined);
  if (found === undefined) throw failure("CHANGE_UNKNOWN", `${alike.length === 0 ? "No change" : "More than one change"} is called ${id}.`, "List the changes with `continuo changes`.");
  return found;
}

async function rollback(context: CommandContext, id: string | undefined, options: { readonly json?: boolean; readonly yes?: boolean }): Promise<void> {
  const { deps } = context;
  const json = options.json === true;
  const ask = askAt(deps, json, deps.prompter);
  const change = chosen((await changesOf(context)).changes, id);
  const looked = planOf(asRow(await operate(deps, "changes.rollback", { id: textOf(change, "id"), dryRun: true })).plan);
  if (!json) {
    const readers = looked === null || looked.readers.length === 0 ? [] : planLines(looked, deps.terminal.columns, paletteFor(deps.terminal));
    printLines(deps.terminal, [`Takes back ${changeText(change, deps.time.now())}`, ...readers]);
  }
  if (!options.yes) {
    if (!ask.interactive) throw needsApproval("`continuo changes`");
    if (!(await ask.confirm("Take it back?", "--yes"))) return decline(context);
  }
  const answer = asRow(await operate(deps, "changes.rollback", { id: textOf(change, "id"), approve: true, ...(options.yes || looked === null ? {} : { planId: looked.id }) }));
  if (json) return printJson(deps.terminal, answer);
  const sessions = numberOf(answer, "sessions") ?? 0;
  printLines(deps.terminal, [`${paletteFor(deps.terminal).good("✓")} ${withoutControls(textOf(change, "id") ?? "")} is taken back: ${sessions} session${sessions === 1 ? " is" : "s are"} as before.`]);
}

function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

function withEdits(target: Command): Command {
  return target
    .addOption(new Option("--set <path=value>", "with this setting; may be said again").argParser(collect).default([], "the change in the file"))
    .addOption(new Option("--unset <path>", "without this setting; may be said again").argParser(collect).default([], "none"))
    .option("--json", "print JSON");
}

/** `plan`: what a change of settings would do to the conversations. It changes nothing (design, law 7). */
export function planCommand(context: CommandContext): Command {
  return paged(withEdits(command("plan", "what a change of settings would do to your conversations", ["continuo plan", "continuo plan --set session.dmScope=per-channel-peer", "continuo plan --list"])))
    .option("--list", "the changes so far, as `continuo changes` prints them")
    .action(async (options: EditOptions & PageOptions & { list?: boolean }) => plan(context, options));
}

/** `apply`: writes the settings and carries the history along, after a yes. */
export function applyCommand(context: CommandContext): Command {
  return withEdits(command("apply", "change settings and carry the conversations along", ["continuo apply", "continuo apply --set session.dmScope=per-channel-peer --yes"]))
    .option("-y, --yes", "do it without asking")
    .option("--fresh", "carry nothing along: conversations that get another place begin empty")
    .action(async (options: ApplyOptions) => leavable(context, () => apply(context, options)));
}

/** `rollback`: takes a change back, of settings or of people. */
export function rollbackCommand(context: CommandContext): Command {
  return command("rollback", "take a change back", ["continuo rollback", "continuo rollback 01JD3V8Q --yes"])
    .argument("[change]", "its id, or the beginning of it; the newest unless told")
    .option("-y, --yes", "do it without asking")
    .option("--json", "print JSON")
    .action(async (id: string | undefined, options: { json?: boolean; yes?: boolean }) => leavable(context, () => rollback(context, id, options)));
}

/** `changes`: what was changed so far, newest first, and what waits. */
export function changesCommand(context: CommandContext): Command {
  return paged(command("changes", "the changes of who shares a conversation, newest first", ["continuo changes", "continuo changes --json"]))
    .option("--json", "print JSON")
    .action(async (options: PageOptions & { json?: boolean }) => list(context, options));
}
