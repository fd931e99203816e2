import type { Command } from "commander";
import { command, refuseUnknownSubcommand, type CommandContext } from "../command.ts";
import { withoutControls } from "../display-width.ts";
import { consult, operate } from "../operate.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { moreLines, paged, type PageOptions } from "../paging.ts";
import { jobFacts, jobLines, runLines } from "../views/cron.ts";
import { asRow, flagOf, numberOf, rowsOf, textOf } from "../wire.ts";
import { jobOptions, typedJob, typedNewJob } from "./cron-options.ts";

interface Json {
  readonly json?: boolean;
}

async function list({ deps }: CommandContext, { all, json, limit, offset }: PageOptions & Json & { readonly all?: boolean }): Promise<void> {
  const answer = asRow(await consult(deps, "cron.list", { includeDisabled: all === true, limit, offset }));
  if (json) return printJson(deps.terminal, answer);
  const jobs = rowsOf(answer, "jobs");
  printLines(deps.terminal, [...jobLines(jobs, deps.time.now()), ...moreLines(numberOf(answer, "total") ?? 0, jobs.length, { limit, offset })]);
}

async function status({ deps }: CommandContext, { json }: Json): Promise<void> {
  const answer = asRow(await consult(deps, "cron.status", {}));
  if (json) return printJson(deps.terminal, answer);
  const next = numberOf(answer, "nextWakeAtMs");
  printLines(deps.terminal, [`${flagOf(answer, "enabled") ? "Jobs are fired" : "Jobs are not fired (cron.enabled)"}; there are ${numberOf(answer, "jobs") ?? 0}. ${next === null ? "Nothing is due." : `The next one is due at ${new Date(next).toISOString()}.`}`]);
}

async function change({ deps }: CommandContext, method: "cron.add" | "cron.update", params: object, json: boolean): Promise<void> {
  const job = asRow(await operate(deps, method, params));
  if (json) return printJson(deps.terminal, job);
  printLines(deps.terminal, jobFacts(job, deps.time.now()));
}

async function remove({ deps }: CommandContext, id: string, { json }: Json): Promise<void> {
  const answer = asRow(await operate(deps, "cron.remove", { id }));
  if (json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, [flagOf(answer, "removed") ? `${withoutControls(id)} is gone.` : `There was no job ${withoutControls(id)}.`]);
}

const REFUSED: Readonly<Record<string, string>> = { "already-running": "It is running already.", "not-due": "It is not due yet; without --due it runs all the same." };

async function run({ deps, settle }: CommandContext, id: string, { due, json }: Json & { readonly due?: boolean }): Promise<void> {
  const answer = asRow(await operate(deps, "cron.run", { id, mode: due === true ? "due" : "force" }));
  if (!flagOf(answer, "ran")) settle(1);
  if (json) return printJson(deps.terminal, answer);
  if (!flagOf(answer, "ran")) return printLines(deps.terminal, [REFUSED[textOf(answer, "reason") ?? ""] ?? "It was not run."]);
  const session = withoutControls(textOf(answer, "sessionKey") ?? "");
  printLines(deps.terminal, [`It is on its way${session === "" ? "" : ` in ${session}`}.`, paletteFor(deps.terminal).dim(`How it went: continuo cron runs ${withoutControls(id)}    Where no gateway runs, the next one does it.`)]);
}

async function runs({ deps }: CommandContext, id: string | undefined, { json, limit, offset }: PageOptions & Json): Promise<void> {
  const answer = asRow(await consult(deps, "cron.runs", { ...(id === undefined ? {} : { id }), limit, offset }));
  if (json) return printJson(deps.terminal, answer);
  const shown = rowsOf(answer, "entries");
  printLines(deps.terminal, [...runLines(shown, deps.time.now()), ...(flagOf(answer, "hasMore") ? [`more: --offset ${offset + shown.length}`] : [])]);
}

function lookingCommands(context: CommandContext): readonly Command[] {
  return [
    paged(command("list", "the jobs, those that are due first first", ["continuo cron list", "continuo cron list --all --json"]))
      .option("--all", "those that are switched off, too")
      .option("--json", "print JSON")
      .action(async (options: PageOptions & Json) => list(context, options)),
    command("status", "whether jobs are fired, and when the next one is due", ["continuo cron status"])
      .option("--json", "print JSON")
      .action(async (options: Json) => status(context, options)),
    paged(command("runs", "what became of a job's instants, or of those of all jobs", ["continuo cron runs 06hgy0b8qk000000", "continuo cron runs --limit 5 --json"]))
      .argument("[id]", "as `cron list` prints it")
      .option("--json", "print JSON")
      .action(async (id: string | undefined, options: PageOptions & Json) => runs(context, id, options)),
  ];
}

function switching(context: CommandContext, name: "enable" | "disable", description: string): Command {
  return command(name, description, [`continuo cron ${name} 06hgy0b8qk000000`])
    .argument("<id>", "as `cron list` prints it")
    .option("--json", "print JSON")
    .action(async (id: string, { json }: Json) => change(context, "cron.update", { id, patch: { enabled: name === "enable" } }, json === true));
}

/** `cron list|status|add|edit|enable|disable|rm|run|runs`: what is done at times that somebody set (docs/cron.md). */
export function cronCommand(context: CommandContext): Command {
  const parent = command("cron", "jobs: what your agent does at times that you set", ['continuo cron add --cron "0 7 * * *" --tz Europe/Berlin --message "Say what is on today."', "continuo cron list"]);
  const now = (): number => context.deps.time.now();
  for (const child of lookingCommands(context)) parent.addCommand(child);
  parent.addCommand(
    jobOptions(command("add", "make a job", ['continuo cron add --name Brief --cron "0 7 * * *" --message "Say what is on today." --channel telegram --to 42', 'continuo cron add --at 20m --system-event "The tea is ready."', 'continuo cron add --every 1h --message "Look at the queue." --no-deliver']).option("--name <name>", "what it is called (default: what it does)"))
      .option("--description <text>", "what it is for")
      .option("--disabled", "not switched on yet")
      .option("--json", "print JSON")
      .action(async (options: Json) => change(context, "cron.add", typedNewJob(options, now()), options.json === true)),
  );
  parent.addCommand(
    jobOptions(command("edit", "change what is said of a job; the rest stays", ["continuo cron edit 06hgy0b8qk000000 --every 2h"]).argument("<id>", "as `cron list` prints it").option("--name <name>", "what it is called"))
      .option("--description <text>", "what it is for")
      .option("--json", "print JSON")
      .action(async (id: string, options: Json) => change(context, "cron.update", { id, patch: typedJob(options, now()) }, options.json === true)),
  );
  parent.addCommand(switching(context, "enable", "switch a job on; it is due anew from now"));
  parent.addCommand(switching(context, "disable", "switch a job off; what it misses is not made up for"));
  parent.addCommand(
    command("rm", "take a job away, with what is known of its runs", ["continuo cron rm 06hgy0b8qk000000"])
      .alias("remove")
      .argument("<id>", "as `cron list` prints it")
      .option("--json", "print JSON")
      .action(async (id: string, options: Json) => remove(context, id, options)),
  );
  parent.addCommand(
    command("run", "run a job now; its schedule goes on as it was", ["continuo cron run 06hgy0b8qk000000"])
      .argument("<id>", "as `cron list` prints it")
      .option("--due", "only if its time has come")
      .option("--json", "print JSON")
      .action(async (id: string, options: Json & { due?: boolean }) => run(context, id, options)),
  );
  return parent.action(() => {
    refuseUnknownSubcommand(parent);
    parent.outputHelp();
  });
}
