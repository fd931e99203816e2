import type { Command } from "commander";
import { command, positiveInteger, type CommandContext } from "../command.ts";
import type { CliDeps } from "../deps.ts";
import { failure } from "../failure.ts";
import { followLog, tailLog } from "../log-file.ts";
import { paletteFor, printLines } from "../output.ts";
import { logLine } from "../views/log-line.ts";

const FOLLOW_EVERY_MS = 200;

interface LogOptions {
  readonly follow?: boolean;
  readonly lines: number;
  readonly json?: boolean;
}

/** `logging.file`, or the usual place; a configuration that cannot be read must not keep anybody from the log. */
async function logPath({ settings, paths }: CliDeps): Promise<string> {
  try {
    return (await settings.look()).config.logging.file ?? paths.logPath;
  } catch {
    return paths.logPath; // the log itself says what is wrong with the file
  }
}

async function logs({ deps }: CommandContext, options: LogOptions): Promise<void> {
  const { terminal, time } = deps;
  const path = await logPath(deps);
  const palette = paletteFor(terminal);
  const show = (line: string) => (options.json ? line : logLine(line, palette));
  const { lines, end } = await tailLog(path, options.lines);
  if (end === 0 && !options.follow) {
    throw failure("GATEWAY_UNREACHABLE", `There is no log at ${path}.`, "The gateway writes one as soon as it runs: `continuo gateway start`.");
  }
  printLines(terminal, lines.map(show));
  if (!options.follow) return;
  const left = new AbortController();
  const stopListening = terminal.onInterrupt(() => left.abort());
  const readerGone = () => left.abort();
  terminal.stdout.once("error", readerGone);
  try {
    for await (const line of followLog(path, end, () => time.pause(FOLLOW_EVERY_MS), left.signal)) printLines(terminal, [show(line)]);
  } finally {
    terminal.stdout.off("error", readerGone);
    stopListening();
  }
}

/** `logs`: the file that the gateway writes. */
export function logsCommand(context: CommandContext): Command {
  return command("logs", "show the gateway's log", ["continuo logs --follow", "continuo logs -n 500 --json"])
    .option("-f, --follow", "go on with what is appended, until Ctrl-C")
    .option("-n, --lines <n>", "how many lines to begin with", positiveInteger, 100)
    .option("--json", "print the lines as they stand in the file, one JSON object each")
    .action(async (options: LogOptions) => logs(context, options));
}
