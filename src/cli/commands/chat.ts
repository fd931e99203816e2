import type { Command } from "commander";
import { command, type CommandContext } from "../command.ts";
import { withoutControls } from "../display-width.ts";
import { EXIT } from "../exit-codes.ts";
import { failure } from "../failure.ts";
import { printJson, printLines } from "../output.ts";

interface ChatOptions {
  readonly session?: string;
  readonly agent?: string;
  readonly message?: string;
  readonly attach?: readonly string[];
  readonly json?: boolean;
}

async function oneTurn({ deps, settle }: CommandContext, given: string, options: ChatOptions): Promise<void> {
  const message = given === "-" ? (await (await import("node:stream/consumers")).text(deps.terminal.stdin)).trimEnd() : given;
  const paths = options.attach ?? [];
  if (message.trim() === "" && paths.length === 0) throw failure("REQUEST_INVALID", "There is nothing to send.", "Give the message as --message TEXT, or on stdin with --message -.");
  const { askOnce } = await import("../chat/one-turn.ts");
  const turn = await askOnce(deps, { message, paths }, options.session, options.agent);
  if (options.json) printJson(deps.terminal, turn);
  else printLines(deps.terminal, [deps.terminal.stdoutIsTTY ? withoutControls(turn.text) : turn.text]);
  if (turn.stopped) settle(EXIT.interrupted);
}

async function chat(context: CommandContext, options: ChatOptions): Promise<void> {
  if (options.message !== undefined) return oneTurn(context, options.message, options);
  if (options.attach !== undefined) throw failure("REQUEST_INVALID", "--attach needs --message.", "Give the message as --message TEXT, or begin `continuo chat` and type /attach FILE.");
  if (options.json) throw failure("REQUEST_INVALID", "--json needs --message.", "Give the message as --message TEXT, or on stdin with --message -.");
  const { chatInTerminal } = await import("../chat/conversation.ts");
  if (!(await chatInTerminal(context.deps, options.session, options.agent))) context.settle(EXIT.failure);
}

/** `chat`: the conversation in this terminal, or one turn of it for scripts. */
export function chatCommand(context: CommandContext): Command {
  return command("chat", "talk to your agent from this terminal", ["continuo chat", "continuo chat --message \"What did I say on Telegram?\"", "git diff | continuo chat --message -", "continuo chat --attach photo.jpg --message \"What is this?\""])
    .option("--session <key>", "another session than the main one")
    .option("--agent <id>", "another agent than the default one")
    .option("-m, --message <text>", "one turn: print the answer alone and end; - reads stdin")
    .option("--attach <file...>", "with --message: files to be sent with it")
    .option("--json", "with --message: print {sessionKey, runId, text, stopped}")
    .action(async (options: ChatOptions) => chat(context, options));
}
