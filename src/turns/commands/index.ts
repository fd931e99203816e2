import type { Command } from "../../domain/command.ts";

const HELP = [
  "Commands:",
  "- `/new` starts a new conversation; the earlier one is kept and can be resumed. Text after it is the first message",
  "- `/reset` does the same",
  "- `/stop` stops the answer that is being written",
  "- `/link` gives a code that joins another account of yours to this conversation; `/unlink` takes this one out again",
  "- `/dock-<channel>` sends the answers to another of your linked channels; `/undock` ends that",
  "- `/queue` shows what becomes of messages that arrive while an answer is being written; `/queue steer` and its like change it here",
  "- `/why` explains where your last message went, and why",
  "- `/help` shows this",
].join("\n");

/** `/new` and `/reset` with more behind them: the rest is a message for the agent. */
export function isForAgent(command: Command): boolean {
  return startsAnew(command) && command.rest !== "";
}

/** `/new` and `/reset` begin another session id before anything else of their turn. */
export function startsAnew(command: Command | null): command is Command & { name: "new" | "reset" } {
  return command?.name === "new" || command?.name === "reset";
}

/** Commands that do something of their own. */
export type Errand = Command & { name: "link" | "unlink" | "why" | "dock" | "undock" | "queue" };

/** What a command answers by itself; what has to be done for it is an errand. */
export function commandReply(command: Command): string | Errand {
  switch (command.name) {
    case "help":
      return HELP;
    case "stop":
      return "⚙️ Nothing is running.";
    case "new":
    case "reset":
      return "✅ New session started. The earlier conversation is kept.";
    default:
      return command as Errand;
  }
}
