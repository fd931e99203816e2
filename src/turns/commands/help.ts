import { COMMANDS, mayUse, usageOf, type CommandRight, type CommandRow } from "../../domain/command.ts";
import type { InboxItem } from "../../domain/turn.ts";
import { isOperatorChannel } from "../../domain/address.ts";
import type { Answer } from "./asked.ts";

const CATEGORIES = ["session", "answers", "people", "help"] as const;

/** What of the table somebody is shown: what only its owner may use is no news for others. */
function shownTo({ owner, message }: InboxItem): readonly (typeof COMMANDS)[number][] {
  const has: CommandRight = owner || isOperatorChannel(message.address.channel) ? "owner" : "authorised";
  return COMMANDS.filter((row: CommandRow) => mayUse(has, row));
}

/** `/help`: each command with its one line. */
export const help: Answer = async (_, { item, say }) => {
  const lines = shownTo(item).map((row) => `- \`${row.name === "dock" ? usageOf(row) : `/${row.name}`}\`: ${say(`about.${row.name}`)}`);
  return [say("help.title"), ...lines, say("help.more")].join("\n");
};

/** One command with all of its words, as it is written. */
function wordsOf(row: CommandRow): string {
  return [usageOf(row), ...row.aliases.map((alias) => `/${alias}`)].map((word) => `\`${word}\``).join(", ");
}

/** `/commands`: all of it, by what it is about. */
export const commands: Answer = async (_, { item, say }) => {
  const rows = shownTo(item);
  const parts = CATEGORIES.map((category) => {
    const lines = rows.filter((row) => row.category === category).map((row) => `- ${wordsOf(row)}: ${say(`about.${row.name}`)}`);
    return [`**${say(`help.${category}`)}**`, ...lines].join("\n");
  });
  return parts.join("\n\n");
};
