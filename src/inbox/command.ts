import { COMMANDS, mayUse, type Command, type CommandName, type CommandRight } from "../domain/command.ts";

const WORDS: ReadonlyMap<string, CommandName> = new Map(
  // `/dock` alone names no channel, and which words begin anew is a setting.
  COMMANDS.filter(({ name }) => name !== "dock" && name !== "new" && name !== "reset").flatMap(({ name, aliases }) => [name, ...aliases].map((word) => [`/${word}`, name])),
);
const ROWS = new Map(COMMANDS.map((row) => [row.name, row]));
const BARE_STOP: readonly string[] = ["stop", "abort", "停止", "停下"];
/** `/dock-telegram`, and `/dock_telegram` for platforms whose command menus know no dash (spec 5.4). */
const DOCK = /^\/dock[-_]([a-z0-9]+)$/;

interface Word {
  readonly name: CommandName;
  /** What the word itself says besides its name. */
  readonly said: string | null;
}

/** A word of `session.resetTriggers` begins a new session id; `/reset` is told from the others for the record alone. */
function wordOf(word: string, resetTriggers: readonly string[]): Word | null {
  if (resetTriggers.some((trigger) => trigger.trim().toLowerCase() === word)) return { name: word === "/reset" ? "reset" : "new", said: null };
  const dock = DOCK.exec(word);
  if (dock?.[1] !== undefined) return { name: "dock", said: dock[1] };
  const name = WORDS.get(word);
  return name === undefined ? null : { name, said: null };
}

/**
 * Exactly the word, or the word and a space: `/newx` and `/reset.` are text (spec 4.5). What somebody may not use (a guest
 * of a session that others share has what concerns them alone) is plain text of theirs.
 */
export function parseCommand(text: string, resetTriggers: readonly string[], has: CommandRight): Command | null {
  const trimmed = text.trim();
  if (BARE_STOP.includes(trimmed.toLowerCase())) return has === "own" ? null : { name: "stop", rest: "" };
  const space = trimmed.search(/\s/);
  const word = (space === -1 ? trimmed : trimmed.slice(0, space)).toLowerCase();
  const found = word === "" ? null : wordOf(word, resetTriggers);
  const row = found === null ? undefined : ROWS.get(found.name);
  if (found === null || row === undefined || !mayUse(has, row)) return null;
  return { name: found.name, rest: found.said ?? (space === -1 ? "" : trimmed.slice(space + 1).trim()) };
}
