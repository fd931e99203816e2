import type { Command } from "../domain/command.ts";

/** `/new` and `/reset` with more behind them: the rest is a message for the agent. */
export function isForAgent(command: Command): boolean {
  return startsAnew(command) && command.rest !== "";
}

/** `/new` and `/reset` begin another session id before anything else of their turn. */
export function startsAnew(command: Command | null): command is Command & { name: "new" | "reset" } {
  return command?.name === "new" || command?.name === "reset";
}
