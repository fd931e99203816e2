import type { Command } from "commander";
import { decline, leavable, needsApproval } from "../approval.ts";
import { command, positiveInteger, type CommandContext } from "../command.ts";
import { askGateway } from "../connection.ts";
import { withoutControls } from "../display-width.ts";
import { failure } from "../failure.ts";
import { consult, operate } from "../operate.ts";
import { note, printJson, printLines } from "../output.ts";
import { askAt } from "../prompts.ts";
import { asRow, numberOf, textOf, type Row } from "../wire.ts";
import { conversationId, sessionUnknown } from "./sessions-read.ts";

interface ChangeOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** One thing done to a session. */
interface Change {
  readonly method: string;
  readonly params?: object;
  /** Asked at a terminal, with what is there; `must`: where nobody can be asked, `--yes` is. */
  readonly question?: (session: Row) => string;
  readonly must?: boolean;
  done(answer: Row, key: string): string;
  /** How to take it back. */
  readonly undo?: (key: string) => string;
  /** What `--json` prints; the answer as it is where this is left out. */
  json?(answer: Row): object;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

function messagesOf(row: Row, field: string): string {
  return counted(numberOf(row, field) ?? 0, "message");
}

async function sessionNamed({ deps }: CommandContext, typed: string): Promise<{ readonly key: string; readonly session: Row }> {
  const session = asRow(asRow(await consult(deps, "sessions.describe", { key: typed })).session);
  const key = textOf(session, "key");
  if (key === null) throw sessionUnknown(typed);
  return { key, session };
}

/** False: the person said no. */
async function mayGoOn(context: CommandContext, { question, must = false }: Change, session: Row, options: ChangeOptions): Promise<boolean> {
  if (question === undefined || options.yes) return true;
  const { deps } = context;
  const ask = askAt(deps, options.json === true, deps.prompter);
  if (!ask.interactive && must) throw needsApproval("`continuo sessions show KEY`");
  return !ask.interactive || ask.confirm(question(session), "--yes");
}

async function change(context: CommandContext, typed: string, options: ChangeOptions, wanted: Change): Promise<void> {
  const { deps } = context;
  const { key, session } = await sessionNamed(context, typed);
  if (!(await mayGoOn(context, wanted, session, options))) return decline(context);
  const answer = asRow(await operate(deps, wanted.method, { key, ...wanted.params }));
  if (options.json) return printJson(deps.terminal, wanted.json?.(answer) ?? answer);
  const shown = withoutControls(key);
  printLines(deps.terminal, [withoutControls(wanted.done(answer, shown))]);
  if (wanted.undo !== undefined) note(deps.terminal, `  Take it back: ${wanted.undo(shown)}`);
}

function undoOf(key: string): string {
  return `continuo sessions undo ${key}`;
}

const CLEAR: Change = {
  method: "sessions.clear",
  question: (session) => `Clear ${textOf(session, "key") ?? ""}? Its ${messagesOf(session, "messageCount")} are kept as an earlier conversation.`,
  done: (answer, key) => `Cleared session ${key} (${messagesOf(answer, "messages")} archived).`,
  undo: undoOf,
};

const RESET: Change = {
  method: "sessions.reset",
  question: (session) => `Begin a new conversation in ${textOf(session, "key") ?? ""}? The ${messagesOf(session, "messageCount")} of this one are kept.`,
  done: (answer, key) => `Reset session ${key}: a new conversation (${textOf(answer, "to") ?? ""}); the earlier one is kept.`,
  undo: undoOf,
};

const DELETE: Change = {
  method: "sessions.delete",
  must: true,
  question: (session) => `Delete ${textOf(session, "key") ?? ""} with all its conversations? It stays in the trash for a while, from where it can be restored.`,
  done: (_answer, key) => `Deleted session ${key}: it is in the trash.`,
  undo: (key) => `continuo sessions restore ${key}`,
};

const UNDO: Change = {
  method: "sessions.undo",
  done: (answer, key) => `Took back "${textOf(answer, "undid") ?? ""}" in ${key}: ${messagesOf(answer, "messages")} in the conversation again.`,
};

function patched(fields: object, words: string, back?: string): Change {
  return {
    method: "sessions.patch",
    params: fields,
    done: (_answer, key) => `${words} ${key}.`,
    ...(back === undefined ? {} : { undo: (key: string) => `continuo sessions ${back} ${key}` }),
  };
}

function forked(through: number | undefined): Change {
  return {
    method: "sessions.fork",
    params: through === undefined ? {} : { throughSeq: through },
    done: (answer, key) => `Forked ${key}: it goes on in a copy of ${messagesOf(answer, "messages")} (${textOf(answer, "to") ?? ""}).`,
    undo: undoOf,
  };
}

function rewound(questions: number | undefined, through: number | undefined): Change {
  if (questions !== undefined && through !== undefined) throw failure("REQUEST_INVALID", "Say how many questions, or --through a position, not both.", "Leave one of them out.");
  return {
    method: "sessions.rewind",
    params: through === undefined ? { questions: questions ?? 1 } : { throughSeq: through },
    question: (session) => `Set aside what was said last in ${textOf(session, "key") ?? ""}?`,
    done: (answer, key) => `Rewound ${key}: ${messagesOf(answer, "moved")} set aside, ${messagesOf(answer, "messages")} left.`,
    undo: undoOf,
  };
}

function resumed(sessionId: string): Change {
  return {
    method: "conversations.resume",
    params: { sessionId },
    done: (answer, key) => `Resumed an earlier conversation of ${key} (${messagesOf(answer, "messages")}, ${textOf(answer, "sessionId") ?? ""}).`,
    undo: undoOf,
  };
}

function keyed(name: string, description: string, examples: readonly string[]): Command {
  return command(name, description, examples).argument("<key>", "the session's key, or a session id").option("--json", "print JSON");
}

const YES = ["-y, --yes", "do it without asking"] as const;

function plainCommands(context: CommandContext): readonly Command[] {
  const plain = (name: string, description: string, wanted: Change): Command =>
    keyed(name, description, [`continuo sessions ${name} main`]).action(async (key: string, options: ChangeOptions) => change(context, key, options, wanted));
  return [
    plain("pin", "keep it: never removed by itself, and first in every list", patched({ pinned: true }, "Pinned", "unpin")),
    plain("unpin", "the end of that", patched({ pinned: false }, "Unpinned", "pin")),
    plain("archive", "leave it out of lists until somebody speaks there again", patched({ archived: true }, "Archived", "unarchive")),
    plain("unarchive", "back into the lists", patched({ archived: false }, "Unarchived", "archive")),
    plain("undo", "take back what was last done: a new conversation, a fork, a rewind", UNDO),
    keyed("label", "call it something; without a text the label goes", ['continuo sessions label main "Holidays"', "continuo sessions label main"])
      .argument("[text]", "the label; one of a kind")
      .action(async (key: string, text: string | undefined, options: ChangeOptions) =>
        change(context, key, options, text === undefined || text.trim() === "" ? patched({ label: null }, "Took the label off") : patched({ label: text }, `Labelled "${text}":`)),
      ),
  ];
}

function askedCommands(context: CommandContext): readonly Command[] {
  const asked = (name: string, description: string, wanted: Change): Command =>
    keyed(name, description, [`continuo sessions ${name} agent:main:telegram:dm:42`])
      .option(...YES)
      .action(async (key: string, options: ChangeOptions) => leavable(context, () => change(context, key, options, wanted)));
  return [
    asked("clear", "empty the history and keep everything that was chosen, as /clear does", CLEAR),
    asked("reset", "begin a new conversation, as /reset does; the earlier one is kept", RESET),
    asked("delete", "move it into the trash, with all its conversations", DELETE),
  ];
}

interface CutOptions extends ChangeOptions {
  readonly through?: number;
}

function pathCommands(context: CommandContext): readonly Command[] {
  return [
    keyed("fork", "go on in a copy; the conversation itself stays as it is", ["continuo sessions fork main --through 12"])
      .option("--through <seq>", "up to and with this position (`sessions history --json` has them)", positiveInteger)
      .action(async (key: string, options: CutOptions) => change(context, key, options, forked(options.through))),
    keyed("rewind", "set aside the last question with its answer, or more", ["continuo sessions rewind main", "continuo sessions rewind main 3 --yes"])
      .argument("[questions]", "how many (default: 1)", positiveInteger)
      .option("--through <seq>", "what was said after this position instead", positiveInteger)
      .option(...YES)
      .action(async (key: string, questions: number | undefined, options: CutOptions) => leavable(context, () => change(context, key, options, rewound(questions, options.through)))),
    keyed("resume", "make an earlier conversation the current one again", ["continuo sessions resume main 2"])
      .argument("<conversation>", "its number in `sessions show`, or its id")
      .action(async (key: string, conversation: string, options: ChangeOptions) => {
        const named = await sessionNamed(context, key);
        await change(context, named.key, options, resumed(await conversationId(context, named.key, conversation)));
      }),
  ];
}

/** The model writes the summary, so this alone needs the gateway. */
async function compact({ deps }: CommandContext, typed: string, options: { readonly json?: boolean; readonly keep?: string }): Promise<void> {
  const answer = asRow(await askGateway(deps, "sessions.compact", { key: typed, ...(options.keep === undefined ? {} : { instructions: options.keep }) }, null));
  if (options.json) return printJson(deps.terminal, answer);
  const key = withoutControls(textOf(answer, "key") ?? typed);
  if (answer.compacted !== true) return printLines(deps.terminal, [`Compaction skipped for ${key}: ${withoutControls(textOf(answer, "reason") ?? "")}.`]);
  const before = numberOf(answer, "tokensBefore");
  printLines(deps.terminal, [`Compacted ${key}: ${messagesOf(answer, "messages")} summed up, ${numberOf(answer, "kept") ?? 0} kept (${before ?? "?"} -> ~${numberOf(answer, "tokensAfter") ?? "?"} tokens).`]);
}

function compactCommand(context: CommandContext): Command {
  return keyed("compact", "sum up the beginning of the conversation for the model; what was said stays", ["continuo sessions compact main", 'continuo sessions compact main --keep "the addresses"'])
    .option("--keep <words>", "what the summary must not leave out")
    .action(async (key: string, options: { json?: boolean; keep?: string }) => compact(context, key, options));
}

/** What changes a session: through the running gateway, or on the store under its lock where none runs. */
export function changingCommands(context: CommandContext): readonly Command[] {
  return [...askedCommands(context), ...plainCommands(context), ...pathCommands(context), compactCommand(context)];
}
