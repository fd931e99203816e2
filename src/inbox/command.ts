import type { InboundMessage } from "../domain/message.ts";

/** The chat commands of this version; everything else that starts with a slash is text for the agent (spec 4.6). */
export type CommandName = "new" | "reset" | "stop" | "help";

export interface Command {
  readonly name: CommandName;
  readonly rest: string;
}

const NAMES: Readonly<Record<string, CommandName>> = { "/new": "new", "/reset": "reset", "/stop": "stop", "/help": "help" };
const BARE_STOP: readonly string[] = ["stop", "abort"];

/** Exactly the word, or the word and a space: `/newx` and `/reset.` are text (spec 4.5). */
function parseText(text: string): Command | null {
  const trimmed = text.trim();
  if (BARE_STOP.includes(trimmed.toLowerCase())) return { name: "stop", rest: "" };
  if (!trimmed.startsWith("/")) return null;
  const space = trimmed.search(/\s/);
  const word = (space === -1 ? trimmed : trimmed.slice(0, space)).toLowerCase();
  const name = Object.hasOwn(NAMES, word) ? NAMES[word] : undefined;
  return name === undefined ? null : { name, rest: space === -1 ? "" : trimmed.slice(space + 1).trim() };
}

/** A command is honoured only from a sender who may use commands; from others it is plain text. */
export function parseCommand(item: { readonly message: InboundMessage; readonly commands: boolean }): Command | null {
  return item.commands ? parseText(item.message.text) : null;
}
