import type { Command, CommandName } from "../domain/command.ts";

const NAMES: Readonly<Record<string, CommandName>> = { "/stop": "stop", "/help": "help", "/link": "link", "/unlink": "unlink", "/why": "why", "/undock": "undock", "/queue": "queue" };
/** They concern their sender alone: whoever may speak may use them. */
const PERSONAL: readonly CommandName[] = ["link", "unlink", "why", "help"];
const BARE_STOP: readonly string[] = ["stop", "abort"];
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
  const name = Object.hasOwn(NAMES, word) ? NAMES[word] : undefined;
  return name === undefined ? null : { name, said: null };
}

/**
 * Exactly the word, or the word and a space: `/newx` and `/reset.` are text (spec 4.5). Who may not use commands (`all`
 * is false: a guest of a session that others share) has the personal ones; every other word of theirs is plain text.
 */
export function parseCommand(text: string, resetTriggers: readonly string[], all: boolean): Command | null {
  const trimmed = text.trim();
  if (BARE_STOP.includes(trimmed.toLowerCase())) return all ? { name: "stop", rest: "" } : null;
  const space = trimmed.search(/\s/);
  const word = (space === -1 ? trimmed : trimmed.slice(0, space)).toLowerCase();
  const found = word === "" ? null : wordOf(word, resetTriggers);
  if (found === null || !(all || PERSONAL.includes(found.name))) return null;
  return { name: found.name, rest: found.said ?? (space === -1 ? "" : trimmed.slice(space + 1).trim()) };
}
