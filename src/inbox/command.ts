import type { Command, CommandName } from "../domain/command.ts";

const NAMES: Readonly<Record<string, CommandName>> = { "/stop": "stop", "/help": "help" };
const BARE_STOP: readonly string[] = ["stop", "abort"];

/** A word of `session.resetTriggers` begins a new session id; `/reset` is told from the others for the record alone. */
function nameOf(word: string, resetTriggers: readonly string[]): CommandName | undefined {
  if (resetTriggers.some((trigger) => trigger.trim().toLowerCase() === word)) return word === "/reset" ? "reset" : "new";
  return Object.hasOwn(NAMES, word) ? NAMES[word] : undefined;
}

/**
 * Exactly the word, or the word and a space: `/newx` and `/reset.` are text (spec 4.5). `text` is from a sender who
 * may use commands; from others every word is plain text.
 */
export function parseCommand(text: string, resetTriggers: readonly string[]): Command | null {
  const trimmed = text.trim();
  if (BARE_STOP.includes(trimmed.toLowerCase())) return { name: "stop", rest: "" };
  const space = trimmed.search(/\s/);
  const word = (space === -1 ? trimmed : trimmed.slice(0, space)).toLowerCase();
  const name = word === "" ? undefined : nameOf(word, resetTriggers);
  return name === undefined ? null : { name, rest: space === -1 ? "" : trimmed.slice(space + 1).trim() };
}
