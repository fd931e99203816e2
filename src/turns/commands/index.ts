import type { Command, CommandName } from "../../domain/command.ts";
import { ContinuoError, type ErrorCode } from "../../domain/errors.ts";
import type { Language } from "../../domain/language.ts";
import type { Turn } from "../../domain/turn.ts";
import { failureText, sayIn } from "../../texts/index.ts";
import type { Answer, CommandParts } from "./asked.ts";
import { activation, send, think, usage, verbose } from "./choose.ts";
import { context } from "./context.ts";
import { dockReplies, undockReplies } from "./dock.ts";
import { catchUp } from "./catch-up.ts";
import { compact } from "./compact.ts";
import { exportHere } from "./export.ts";
import { forget } from "./forget.ts";
import { commands, help } from "./help.ts";
import { language as chooseTheirs } from "./language.ts";
import { link, unlink } from "./link.ts";
import { model, models } from "./model.ts";
import { newSession } from "./new-session.ts";
import { privately } from "./private.ts";
import { queue } from "./queue.ts";
import { save, sessions } from "./sessions.ts";
import { clear, forkHere, rewindHere, undoStep } from "./steps.ts";
import { status } from "./status.ts";
import { whoami } from "./whoami.ts";
import { why } from "./why.ts";

export { isForAgent, startsAnew } from "../../domain/command.ts";

/** What answers each command of the table (domain/command.ts). */
const ANSWERS: Readonly<Record<CommandName, Answer>> = {
  new: newSession,
  reset: newSession,
  // What runs is stopped before a turn could begin (inbox/stop.ts).
  stop: async (_, { say }) => say("stop.nothing"),
  clear,
  undo: undoStep,
  sessions,
  save,
  fork: forkHere,
  rewind: rewindHere,
  compact,
  export: exportHere,
  forget,
  private: privately,
  catchup: catchUp,
  status,
  context,
  model,
  models,
  think,
  verbose,
  usage,
  queue,
  activation,
  send,
  link,
  unlink,
  dock: dockReplies,
  undock: undockReplies,
  whoami,
  why,
  language: chooseTheirs,
  help,
  commands,
};

/** Whether a command answers with what was said in the conversation: its reader is one of an answer's readers (law 5). */
export function showsConversation({ name }: Command): boolean {
  return name === "export";
}

/** What a command may answer instead of doing something: it is told, and the turn is over. */
const TOLD: readonly ErrorCode[] = ["SESSION_BUSY", "SESSION_NOT_FOUND", "STEP_UNKNOWN"];

export async function answerCommand(parts: CommandParts, command: Command, turn: Turn, language: Language, signal: AbortSignal): Promise<string> {
  const [item] = turn.items;
  if (!item) return "";
  try {
    return await ANSWERS[command.name](parts, { turn, item, rest: command.rest, now: parts.clock.now(), language, say: sayIn(language), signal });
  } catch (error) {
    if (error instanceof ContinuoError && TOLD.includes(error.code)) return failureText(language, error);
    throw error;
  }
}
