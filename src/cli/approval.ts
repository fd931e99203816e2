import type { Command } from "commander";
import type { CommandContext } from "./command.ts";
import { withoutControls } from "./display-width.ts";
import { EXIT } from "./exit-codes.ts";
import { failure } from "./failure.ts";
import { operate } from "./operate.ts";
import { note, paletteFor, printJson, printLines } from "./output.ts";
import { askAt, Cancelled } from "./prompts.ts";
import { isHarmless, planLines, planOf, summaryOf } from "./views/plan.ts";
import { asRow, flagOf, textOf, type Row } from "./wire.ts";

export interface ApprovalOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** One change of who shares a conversation. */
export interface Change {
  readonly method: string;
  readonly params: object;
  /** Asked even where nothing moves: somebody is let in by it. */
  readonly alwaysAsked?: boolean;
  readonly question: string;
  /** Beside the plan, before the question. */
  preface?(answer: Row): readonly string[];
  /** What is true once it is done. */
  done(answer: Row): readonly string[];
}

/** The options of every command that changes who shares a conversation. */
export function withApproval(command: Command): Command {
  return command.option("-y, --yes", "do it without asking").option("--dry-run", "show what would happen, change nothing").option("--json", "print JSON");
}

/** Runs a command whose questions may be left: nothing more happens then, and the exit code is 130. */
export async function leavable({ deps, settle }: CommandContext, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    note(deps.terminal, "Nothing was changed.");
    settle(EXIT.interrupted);
  }
}

/** The person said no. */
export function decline({ deps, settle }: CommandContext): void {
  note(deps.terminal, "Nothing was changed.");
  settle(EXIT.failure);
}

/** Nobody could be asked, and --yes was not said. */
export function needsApproval(command: string): Error {
  return failure("CHANGE_NEEDS_APPROVAL", "Nothing was changed: this needs a yes.", `Look at the plan (${command}), then repeat the command with --yes.`);
}

/** `approve: false` where a person will be asked in between; a dry run changes nothing, however harmless it is. */
function firstWish(change: Change, options: ApprovalOptions, interactive: boolean): object {
  if (options.dryRun) return { dryRun: true };
  if (options.yes) return { approve: true };
  return change.alwaysAsked && interactive ? { dryRun: true } : { approve: false };
}

/** How to take a change back, where it left something to take back. */
export function undoLines(answer: Row): string[] {
  const id = textOf(asRow(answer.change), "id");
  return id === null ? [] : [`  Take it back: continuo rollback ${withoutControls(id)}`];
}

function reportDone({ deps }: CommandContext, change: Change, answer: Row, options: ApprovalOptions, shownPlan: string | null): void {
  if (options.json) return printJson(deps.terminal, answer);
  const palette = paletteFor(deps.terminal);
  const plan = planOf(answer.plan);
  const other = plan !== null && shownPlan !== null && plan.id !== shownPlan;
  printLines(deps.terminal, [
    ...(options.dryRun ? [palette.warn("It was done: the gateway takes no --dry-run for what moves nothing and shows nobody anything new.")] : []),
    ...(other ? [palette.warn("Meanwhile something had changed; what was done is this:"), ...planLines(plan, deps.terminal.columns, palette)] : []),
    ...change.done(answer).map((line, index) => `${index === 0 ? palette.good("✓") : " "} ${line}`),
    ...(plan === null || other || isHarmless(plan) ? [] : [`  ${summaryOf(plan)}`]),
    ...undoLines(answer),
  ]);
}

/**
 * The approval dance: the operation is asked without approval; when it answers with a plan instead of doing it, the
 * plan is shown and the person asked. `--yes` approves at once. Where nobody can be asked it throws
 * CHANGE_NEEDS_APPROVAL, and nothing was changed.
 */
export async function changeWithApproval(context: CommandContext, change: Change, options: ApprovalOptions): Promise<void> {
  const { deps } = context;
  const ask = askAt(deps, options.json === true, deps.prompter);
  const call = async (wish: object): Promise<Row> => asRow(await operate(deps, change.method, { ...change.params, ...wish }));
  const first = await call(firstWish(change, options, ask.interactive));
  if (flagOf(first, "applied")) return reportDone(context, change, first, options, null);
  if (options.json) {
    if (options.dryRun) return printJson(deps.terminal, first);
    throw needsApproval("--dry-run");
  }
  const plan = planOf(first.plan);
  const palette = paletteFor(deps.terminal);
  printLines(deps.terminal, [...(plan === null ? [] : planLines(plan, deps.terminal.columns, palette)), ...(change.preface?.(first) ?? [])]);
  if (options.dryRun) return printLines(deps.terminal, ["Nothing was changed (--dry-run)."]);
  if (!ask.interactive) throw needsApproval("above");
  if (!(await ask.confirm(change.question, "--yes"))) return decline(context);
  // The yes was for the plan that was shown: the operation may refuse another one (CHANGE_STALE).
  const second = await call({ approve: true, ...(plan === null ? {} : { planId: plan.id }) });
  if (!flagOf(second, "applied")) throw needsApproval("--dry-run");
  reportDone(context, change, second, options, plan?.id ?? null);
}
