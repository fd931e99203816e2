import type { Command } from "commander";
import { command, positiveInteger, type CommandContext } from "../command.ts";
import { shownText } from "../chat/attaching.ts";
import { askStore } from "../connection.ts";
import { withoutControls } from "../display-width.ts";
import { failure } from "../failure.ts";
import { note, printJson, printLines } from "../output.ts";
import { operate } from "../operate.ts";
import { showLines, trashLines } from "../views/session-show.ts";
import { jsonRow } from "../views/sessions.ts";
import { asRow, flagOf, messageText, numberOf, rowsOf, textOf, type Row } from "../wire.ts";
import { integerOption } from "./sessions-list.ts";

interface HistoryOptions {
  readonly json?: boolean;
  readonly limit?: string;
  readonly before?: number;
  readonly branches?: boolean;
  readonly conversation?: string;
}

interface JsonOption {
  readonly json?: boolean;
}

export function sessionUnknown(key: string): Error {
  return failure("SESSION_NOT_FOUND", `Session not found: ${key}`, "List what there is with `continuo sessions list`.");
}

function plainMessage(message: Row) {
  const at = numberOf(message, "timestamp");
  const branch = textOf(message, "branch");
  const attachments = rowsOf(message, "attachments");
  return {
    role: textOf(message, "role") ?? "unknown",
    content: messageText(message),
    timestamp: at === null ? null : new Date(at).toISOString(),
    channel: textOf(message, "channel"),
    seq: numberOf(message, "seq"),
    ...(branch === null ? {} : { branch }),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

function historyLine(message: Row): string {
  const { timestamp, role, branch } = plainMessage(message);
  return `[${timestamp ?? "unknown"}] ${role}${branch === undefined ? "" : " (set aside)"}: ${withoutControls(shownText(message))}`;
}

/** A conversation by its number, as `sessions show` prints it, or by (the beginning of) its id. */
export async function conversationId({ deps }: CommandContext, key: string, typed: string): Promise<string> {
  const rows = rowsOf(asRow(await askStore(deps, "conversations.list", { key })), "conversations");
  const found = rows.filter((row) => String(numberOf(row, "number")) === typed || (typed.length >= 4 && textOf(row, "sessionId")?.startsWith(typed.toLowerCase())));
  const id = found.length === 1 ? textOf(found[0] ?? {}, "sessionId") : null;
  if (id !== null) return id;
  throw failure("SESSION_NOT_FOUND", `There is no conversation ${typed} under ${key}.`, `\`continuo sessions show ${key}\` lists them with their numbers.`);
}

async function history(context: CommandContext, key: string, options: HistoryOptions): Promise<void> {
  const { deps } = context;
  const limit = integerOption(options.limit, "--limit must be a positive integer") ?? 200;
  const payload = asRow(
    await askStore(deps, "chat.history", {
      sessionKey: key,
      limit,
      ...(options.before === undefined ? {} : { beforeSeq: options.before }),
      ...(options.branches ? { branches: true } : {}),
      ...(options.conversation === undefined ? {} : { sessionId: await conversationId(context, key, options.conversation) }),
    }),
  );
  const sessionId = textOf(payload, "sessionId");
  if (sessionId === null) throw sessionUnknown(key);
  const found = rowsOf(payload, "messages");
  const messages = found.map(plainMessage);
  const hasMore = flagOf(payload, "hasMore");
  if (options.json) return printJson(deps.terminal, { key: textOf(payload, "key") ?? key, uuid: sessionId, messages, hasMore });
  printLines(deps.terminal, found.map(historyLine));
  if (hasMore) note(deps.terminal, `more before: --before ${messages[0]?.seq ?? ""}`);
}

async function show({ deps }: CommandContext, key: string, options: JsonOption): Promise<void> {
  const payload = asRow(await askStore(deps, "sessions.show", { key }));
  const now = deps.time.now();
  if (options.json) return printJson(deps.terminal, { ...payload, session: jsonRow(asRow(payload.session), now) });
  printLines(deps.terminal, showLines(payload, now));
}

async function trash({ deps }: CommandContext, options: JsonOption): Promise<void> {
  const payload = asRow(await askStore(deps, "sessions.trash", {}));
  if (options.json) return printJson(deps.terminal, payload);
  printLines(deps.terminal, trashLines(payload));
}

async function restore({ deps }: CommandContext, key: string, options: JsonOption): Promise<void> {
  const payload = asRow(await operate(deps, "sessions.restore", { key }));
  if (options.json) return printJson(deps.terminal, payload);
  const what = `${withoutControls(textOf(payload, "key") ?? key)}: ${numberOf(payload, "entries") ?? 0} entries`;
  const place = payload["isCurrent"] === true ? "as they were." : `among its earlier conversations (${textOf(payload, "sessionId") ?? ""}), because the key is in use again.`;
  printLines(deps.terminal, [`Restored ${what}, ${place}`]);
}

/** `sessions history|show|trash|restore`: what is and was there. */
export function readingCommands(context: CommandContext): readonly Command[] {
  return [
    command("history", "print a conversation's messages", ["continuo sessions history agent:main:main --limit 20", "continuo sessions history main --conversation 2"])
      .argument("<key>", "the session's key, or a session id")
      .option("--json", "print JSON")
      .option("--limit <n>", "at most so many, the latest (default: 200)")
      .option("--before <seq>", "those before this position", positiveInteger)
      .option("--branches", "also what was set aside by a rewind or an edit")
      .option("--conversation <n>", "an earlier conversation: its number in `sessions show`, or its id")
      .action(async (key: string, options: HistoryOptions) => history(context, key, options)),
    command("show", "all about one session: state, who speaks there, its conversations, what it used", ["continuo sessions show main"])
      .argument("<key>", "the session's key, or a session id")
      .option("--json", "print JSON")
      .action(async (key: string, options: JsonOption) => show(context, key, options)),
    command("trash", "what was removed and can be restored", ["continuo sessions trash --json"])
      .option("--json", "print JSON")
      .action(async (options: JsonOption) => trash(context, options)),
    command("restore", "bring back what was removed last under a key", ["continuo sessions restore agent:main:telegram:dm:42"])
      .argument("<key>", "the session's key")
      .option("--json", "print JSON")
      .action(async (key: string, options: JsonOption) => restore(context, key, options)),
  ];
}
