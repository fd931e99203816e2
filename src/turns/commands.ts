import type { Command } from "../domain/command.ts";

const HELP = [
  "Commands:",
  "- `/new` starts a new conversation; the earlier one is kept and can be resumed. Text after it is the first message",
  "- `/reset` does the same",
  "- `/stop` stops the answer that is being written",
  "- `/help` shows this",
].join("\n");

/** What a command answers by itself; null when the rest of its text is a message for the agent. */
export function commandReply(command: Command): string | null {
  switch (command.name) {
    case "help":
      return HELP;
    case "stop":
      return "⚙️ Nothing is running.";
    case "new":
    case "reset":
      return command.rest === "" ? "✅ New session started. The earlier conversation is kept." : null;
  }
}

/** `/new` and `/reset` begin another session id before anything else of their turn. */
export function startsAnew(command: Command | null): command is Command & { name: "new" | "reset" } {
  return command?.name === "new" || command?.name === "reset";
}
