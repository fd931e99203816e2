import { Command, CommanderError } from "commander";
import { audienceCommand } from "./commands/audience.ts";
import { backupCommand, restoreCommand } from "./commands/backup.ts";
import { chatCommand } from "./commands/chat.ts";
import { configCommand } from "./commands/config.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { gatewayCommand } from "./commands/gateway.ts";
import { healthCommand } from "./commands/health.ts";
import { importCommand } from "./commands/import.ts";
import { logsCommand } from "./commands/logs.ts";
import { outboxCommand } from "./commands/outbox.ts";
import { pairingCommand } from "./commands/pairing.ts";
import { peopleCommand } from "./commands/people.ts";
import { applyCommand, changesCommand, planCommand, rollbackCommand } from "./commands/plan.ts";
import { auditCommand } from "./commands/rights.ts";
import { securityCommand } from "./commands/security.ts";
import { sessionsCommand } from "./commands/sessions.ts";
import { storeCommand } from "./commands/store.ts";
import { statusCommand } from "./commands/status.ts";
import { topCommand } from "./commands/top.ts";
import { verifyCommand } from "./commands/verify.ts";
import { whyCommand } from "./commands/why.ts";
import type { CommandContext } from "./command.ts";
import type { CliDeps } from "./deps.ts";
import { EXIT } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import { printJson } from "./output.ts";

const START = `
Start here:
  $ continuo gateway start     run the gateway in the background
  $ continuo status            what runs, and the address of the page
  $ continuo chat              talk to your agent from this terminal
  $ continuo doctor            is it one conversation on all your channels?`;

const USAGE_CURE = "`continuo --help` lists the commands; each has a --help of its own.";

/** Commander's words in one line: `error: unknown command 'statuz' (Did you mean status?)`. */
function usageMessage(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ");
}

function adopt(parent: Command): void {
  for (const child of parent.commands) {
    child.copyInheritedSettings(parent).helpCommand(false);
    child.allowExcessArguments(child.commands.length > 0); // refuseUnknownSubcommand has better words for them
    adopt(child);
  }
}

/** In the order of the help: what runs, who is who, who shares what, and the house itself. */
const COMMANDS: readonly ((context: CommandContext) => Command)[] = [
  ...[gatewayCommand, statusCommand, topCommand, healthCommand, chatCommand, sessionsCommand],
  ...[pairingCommand, peopleCommand, whyCommand, audienceCommand, outboxCommand],
  ...[planCommand, applyCommand, rollbackCommand, changesCommand],
  ...[doctorCommand, securityCommand, auditCommand, verifyCommand, backupCommand, restoreCommand, importCommand, storeCommand, configCommand, logsCommand],
];

/** The whole command tree (spec 10). `settle` receives the exit code of a command that ran to its end. */
export function createCli(deps: CliDeps, settle: (exitCode: number) => void = () => undefined): Command {
  const { stdout, stderr, columns } = deps.terminal;
  const context = { deps, settle };
  const program = new Command("continuo")
    .description("One agent, all your channels, one conversation.")
    .version(deps.version, "-V, --version", "print the version")
    .helpCommand("help [command]", "print what a command does, its options and examples")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => write(`${usageMessage(text)} [USAGE]\n  fix: ${USAGE_CURE}\n`),
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText("after", START);
  for (const make of COMMANDS) program.addCommand(make(context));
  adopt(program);
  return program;
}

function reportUsage(deps: CliDeps, error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return EXIT.ok; // --help and --version end this way too
  if (json) {
    const message = usageMessage(error.message).replace(/^error: /, "");
    printJson(deps.terminal, { error: { code: "USAGE", message, cure: USAGE_CURE } });
  }
  return EXIT.usage;
}

/**
 * Parses `argv` (without node and script), runs the command, prints its failure, and answers the exit code of docs/cli.md.
 * Never throws.
 */
export async function runCli(deps: CliDeps, argv: readonly string[]): Promise<number> {
  const json = argv.includes("--json");
  let exitCode: number = EXIT.ok;
  // A reader that goes away (`| head`) is no error of ours; the writes after it are lost on purpose.
  deps.terminal.stdout.on("error", () => undefined);
  const program = createCli(deps, (code) => {
    exitCode = code;
  });
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return reportUsage(deps, error, json);
    reportFailure(deps.terminal, error, json);
    return EXIT.failure;
  }
}
