import type { Command } from "commander";
import { command, refuseUnknownSubcommand, type CommandContext } from "../command.ts";
import { askGateway, askStore } from "../connection.ts";
import { withoutControls } from "../display-width.ts";
import { failure } from "../failure.ts";
import { printJson, printLines } from "../output.ts";
import { bareTable, listTable, sessionRow, sessionsJson, type SessionList } from "../views/sessions.ts";
import { sessionsSearchCommand } from "./sessions-search.ts";
import { asRow, messageText, numberOf, rowsOf, textOf, type Row } from "../wire.ts";

interface ListOptions {
  readonly json?: boolean;
  readonly active?: string;
  readonly agent?: string;
  readonly limit?: string;
}

interface HistoryOptions {
  readonly json?: boolean;
  readonly limit?: string;
}

function integerOption(value: string | undefined, complaint: string): number | null {
  if (value === undefined) return null;
  if (!/^\d+$/.test(value) || Number(value) < 1) throw failure("REQUEST_INVALID", complaint, "Give it a whole number, 1 or more.");
  return Number(value);
}

type Table = (list: SessionList) => string[];

async function list({ deps }: CommandContext, options: ListOptions, table: Table): Promise<void> {
  const activeMinutes = integerOption(options.active, "--active must be a positive integer (minutes)");
  const limit = integerOption(options.limit, "--limit must be a positive integer");
  const payload = asRow(
    await askStore(deps, "sessions.list", {
      ...(limit === null ? {} : { limit }),
      ...(activeMinutes === null ? {} : { activeMinutes }),
      ...(options.agent === undefined ? {} : { agentId: options.agent }),
      includeGlobal: true,
      includeUnknown: true,
    }),
  );
  const now = deps.time.now();
  if (options.json) return printJson(deps.terminal, sessionsJson(payload, activeMinutes, now));
  const rows = rowsOf(payload, "sessions").map((row) => sessionRow(row, now));
  printLines(deps.terminal, table({ path: textOf(payload, "path"), activeMinutes, rows, total: numberOf(payload, "total") ?? rows.length }));
}

function plainMessage(message: Row): { role: string; content: string; timestamp: string | null; channel: string | null } {
  const at = numberOf(message, "timestamp");
  return {
    role: textOf(message, "role") ?? "unknown",
    content: messageText(message),
    timestamp: at === null ? null : new Date(at).toISOString(),
    channel: textOf(message, "channel"),
  };
}

async function history({ deps }: CommandContext, key: string, options: HistoryOptions): Promise<void> {
  const limit = integerOption(options.limit, "--limit must be a positive integer") ?? 200;
  const payload = asRow(await askStore(deps, "chat.history", { sessionKey: key, limit }));
  const sessionId = textOf(payload, "sessionId");
  if (sessionId === null) throw failure("SESSION_NOT_FOUND", `Session not found: ${key}`, "List what there is with `continuo sessions list`.");
  const messages = rowsOf(payload, "messages").map(plainMessage);
  if (options.json) return printJson(deps.terminal, { key: textOf(payload, "sessionKey") ?? key, uuid: sessionId, messages });
  printLines(deps.terminal, messages.map(({ timestamp, role, content }) => `[${timestamp ?? "unknown"}] ${role}: ${withoutControls(content)}`));
}

interface JsonOption {
  readonly json?: boolean;
}

async function trash({ deps }: CommandContext, options: JsonOption): Promise<void> {
  const payload = asRow(await askStore(deps, "sessions.trash", {}));
  if (options.json) return printJson(deps.terminal, payload);
  const rows = rowsOf(payload, "sessions");
  if (rows.length === 0) return printLines(deps.terminal, ["Nothing was removed that can be restored."]);
  printLines(deps.terminal, rows.map((row) => {
    const at = new Date(numberOf(row, "removedAt") ?? 0).toISOString();
    return `${at}  ${withoutControls(textOf(row, "key") ?? "")}  ${textOf(row, "reason") ?? ""}  ${numberOf(row, "entries") ?? 0} entries`;
  }));
}

async function restore({ deps }: CommandContext, key: string, options: JsonOption): Promise<void> {
  const payload = asRow(await askGateway(deps, "sessions.restore", { key }, null));
  if (options.json) return printJson(deps.terminal, payload);
  const what = `${withoutControls(textOf(payload, "key") ?? key)}: ${numberOf(payload, "entries") ?? 0} entries`;
  const place = payload["isCurrent"] === true ? "as they were." : `among its earlier conversations (${textOf(payload, "sessionId") ?? ""}), because the key is in use again.`;
  printLines(deps.terminal, [`Restored ${what}, ${place}`]);
}

function withListOptions(target: Command): Command {
  return target
    .option("--json", "print JSON")
    .option("--active <minutes>", "only those active in the last so many minutes")
    .option("--agent <id>", "only those of one agent")
    .option("--limit <n>", "at most so many, newest first");
}

/** `sessions`, `sessions list`, `sessions history` (spec 10.1, 10.2): they read the store, so the gateway may be down. */
export function sessionsCommand(context: CommandContext): Command {
  const parent = withListOptions(command("sessions", "list the conversations, newest first", ["continuo sessions", "continuo sessions --active 60 --json"]));
  parent
    .alias("session")
    .action(async (options: ListOptions) => {
      refuseUnknownSubcommand(parent);
      await list(context, options, bareTable);
    });
  parent.addCommand(
    withListOptions(command("list", "full keys, number of messages, last activity", ["continuo sessions list --agent main --limit 20"])).action(
      async (options: ListOptions) => list(context, options, listTable),
    ),
  );
  parent.addCommand(
    command("history", "print a conversation's messages", ["continuo sessions history agent:main:main --limit 20"])
      .argument("<key>", "the session's key")
      .option("--json", "print JSON")
      .option("--limit <n>", "at most so many, the latest (default: 200)")
      .action(async (key: string, options: HistoryOptions) => history(context, key, options)),
  );
  parent.addCommand(
    command("trash", "what maintenance removed and can be restored", ["continuo sessions trash --json"])
      .option("--json", "print JSON")
      .action(async (options: JsonOption) => trash(context, options)),
  );
  parent.addCommand(
    command("restore", "bring back what was removed last under a key", ["continuo sessions restore agent:main:dm:telegram:default:42"])
      .argument("<key>", "the session's key")
      .option("--json", "print JSON")
      .action(async (key: string, options: JsonOption) => restore(context, key, options)),
  );
  parent.addCommand(sessionsSearchCommand(context));
  return parent;
}
