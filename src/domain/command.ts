/** `own`: concerns its sender alone. `authorised`: whoever may change the session. `owner`: whose agent it is. */
export type CommandRight = "own" | "authorised" | "owner";

export interface CommandRow {
  readonly name: string;
  readonly aliases: readonly string[];
  /** What may stand behind it, as a person is shown it; null takes nothing. */
  readonly args: string | null;
  readonly right: CommandRight;
  readonly category: "session" | "answers" | "people" | "help";
}

/**
 * Every chat command (spec 4.6), in the order in which people are shown them. What each does is a file in `turns/commands`;
 * its one line of description is `about.<name>` of the texts. Everything else that starts with a slash is text for the agent.
 */
export const COMMANDS = [
  { name: "new", aliases: [], args: "[model] [text]", right: "authorised", category: "session" },
  { name: "reset", aliases: [], args: "[model] [text]", right: "authorised", category: "session" },
  { name: "clear", aliases: [], args: null, right: "authorised", category: "session" },
  { name: "undo", aliases: [], args: null, right: "authorised", category: "session" },
  { name: "sessions", aliases: ["history"], args: "[number|name|words|find words|page N]", right: "authorised", category: "session" },
  { name: "save", aliases: [], args: "<name>", right: "authorised", category: "session" },
  { name: "fork", aliases: [], args: null, right: "authorised", category: "session" },
  { name: "rewind", aliases: [], args: "[questions]", right: "authorised", category: "session" },
  { name: "compact", aliases: [], args: "[what to keep]", right: "authorised", category: "session" },
  { name: "export", aliases: [], args: null, right: "authorised", category: "session" },
  { name: "forget", aliases: [], args: "[count|all] yes", right: "own", category: "session" },
  { name: "catchup", aliases: [], args: "on|off", right: "authorised", category: "session" },
  { name: "private", aliases: [], args: "[off]", right: "own", category: "session" },
  { name: "stop", aliases: [], args: null, right: "authorised", category: "session" },
  { name: "status", aliases: [], args: null, right: "authorised", category: "session" },
  { name: "context", aliases: [], args: "list|detail|json", right: "authorised", category: "session" },
  { name: "model", aliases: [], args: "[provider/model|default]", right: "authorised", category: "answers" },
  { name: "models", aliases: [], args: "[provider]", right: "authorised", category: "answers" },
  { name: "think", aliases: ["thinking", "t"], args: "off|minimal|low|medium|high", right: "authorised", category: "answers" },
  { name: "verbose", aliases: ["v"], args: "off|on|full", right: "authorised", category: "answers" },
  { name: "usage", aliases: [], args: "off|tokens|full", right: "authorised", category: "answers" },
  { name: "queue", aliases: [], args: "[mode] [debounce:2s cap:25 drop:summarize]", right: "authorised", category: "answers" },
  { name: "activation", aliases: [], args: "mention|always", right: "authorised", category: "answers" },
  { name: "send", aliases: [], args: "on|off|inherit", right: "owner", category: "answers" },
  { name: "link", aliases: [], args: "[code|yes|no]", right: "own", category: "people" },
  { name: "unlink", aliases: [], args: null, right: "own", category: "people" },
  { name: "dock", aliases: [], args: "<channel>", right: "authorised", category: "people" },
  { name: "undock", aliases: [], args: null, right: "authorised", category: "people" },
  { name: "whoami", aliases: ["id"], args: null, right: "own", category: "people" },
  { name: "why", aliases: [], args: null, right: "own", category: "help" },
  { name: "language", aliases: ["lang"], args: "en|zh|auto", right: "own", category: "help" },
  { name: "help", aliases: [], args: null, right: "own", category: "help" },
  { name: "commands", aliases: [], args: null, right: "own", category: "help" },
] as const satisfies readonly CommandRow[];

export type CommandName = (typeof COMMANDS)[number]["name"];

export interface Command {
  readonly name: CommandName;
  /** What stood behind the word; of `/dock-<channel>` the channel. */
  readonly rest: string;
  /** `provider/model` that `/new` named for its session, or `default`; it stands no more in `rest` (spec 4.5). */
  readonly model?: string;
}

const RANKS: readonly CommandRight[] = ["own", "authorised", "owner"];

/** Whether somebody with a right may use a command. */
export function mayUse(has: CommandRight, { right }: Pick<CommandRow, "right">): boolean {
  return RANKS.indexOf(has) >= RANKS.indexOf(right);
}

/** The word as it is written: `/dock-<channel>` is the one that carries its argument in itself. */
export function usageOf({ name, args }: Pick<CommandRow, "name" | "args">): string {
  if (name === "dock") return "/dock-<channel>";
  return args === null ? `/${name}` : `/${name} ${args}`;
}

/** `/new` and `/reset` with more behind them: the rest is a message for the agent. */
export function isForAgent(command: Command): boolean {
  return startsAnew(command) && command.rest !== "";
}

/** `/new` and `/reset` begin another session id before anything else of their turn. */
export function startsAnew(command: Command | null): command is Command & { name: "new" | "reset" } {
  return command?.name === "new" || command?.name === "reset";
}
