import type { Command } from "commander";
import { command, type CommandContext } from "../command.ts";
import { askStore } from "../connection.ts";
import { EXIT } from "../exit-codes.ts";
import { failure } from "../failure.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { candidateLines, whyLines } from "../views/why.ts";
import { asRow, textOf } from "../wire.ts";

interface WhyOptions {
  readonly json?: boolean;
  readonly channel?: string;
  readonly peer?: string;
  readonly account?: string;
  readonly group?: string;
  readonly thread?: string;
}

const CURE = "Give a message's id, or --channel and --peer; `continuo why --help` has examples.";

/** What is asked of the operation. Throws REQUEST_INVALID. */
function question(messageId: string | undefined, { channel, peer, account, group, thread }: WhyOptions): object {
  const described = [channel, peer, account, group, thread].some((value) => value !== undefined);
  if (messageId !== undefined && described) throw failure("REQUEST_INVALID", "A message's id says already where it came from.", CURE);
  if (messageId !== undefined) return { messageId };
  if (channel === undefined || peer === undefined) throw failure("REQUEST_INVALID", "It is not said which message is meant.", CURE);
  return { channel, peer, ...(account === undefined ? {} : { account }), ...(group === undefined ? {} : { group }), ...(thread === undefined ? {} : { thread }) };
}

async function why({ deps, settle }: CommandContext, messageId: string | undefined, options: WhyOptions): Promise<void> {
  const { terminal, time } = deps;
  const answer = asRow(await askStore(deps, "why", question(messageId, options)));
  const ambiguous = textOf(answer, "kind") === "ambiguous";
  if (options.json) printJson(terminal, answer);
  else printLines(terminal, ambiguous ? candidateLines(answer, time.now()) : whyLines(answer, paletteFor(terminal), terminal.columns, time.now()));
  settle(ambiguous ? EXIT.failure : EXIT.ok);
}

/** `why`: reads the store, so the gateway may be down. Exit code 1 when the id names several messages, or none. */
export function whyCommand(context: CommandContext): Command {
  return command("why", "why a message went where it went, or where one would go", [
    "continuo why 4711",
    "continuo why --channel telegram --peer 42",
    "continuo why --channel discord --peer 7 --group 9012 --thread 3 --json",
  ])
    .argument("[message-id]", "the platform's id of a message, or of a run or an inbox item")
    .option("--channel <name>", "a message that nobody wrote: on which channel")
    .option("--peer <id>", "from whom: the platform's id of the sender")
    .option("--account <id>", "to which of our accounts")
    .option("--group <id>", "in which room")
    .option("--thread <id>", "in which thread or topic")
    .option("--json", "print JSON")
    .action(async (messageId: string | undefined, options: WhyOptions) => why(context, messageId, options));
}
