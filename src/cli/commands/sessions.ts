import type { Command } from "commander";
import { command, refuseUnknownSubcommand, type CommandContext } from "../command.ts";
import { bareTable, listTable } from "../views/sessions.ts";
import { changingCommands } from "./sessions-change.ts";
import { cleanupCommand } from "./sessions-cleanup.ts";
import { sessionFileCommands } from "./session-files.ts";
import { listSessions, withListOptions, type ListOptions } from "./sessions-list.ts";
import { readingCommands } from "./sessions-read.ts";
import { sessionsSearchCommand } from "./sessions-search.ts";

/** `sessions ...`, and `session ...` (spec 10.1, 10.2). What reads does so on the store, so the gateway may be down. */
export function sessionsCommand(context: CommandContext): Command {
  const parent = withListOptions(command("sessions", "list the conversations, newest first", ["continuo sessions", "continuo sessions --active 60 --json"]));
  parent
    .alias("session")
    .action(async (options: ListOptions) => {
      refuseUnknownSubcommand(parent);
      await listSessions(context, options, bareTable);
    });
  parent.addCommand(
    withListOptions(command("list", "full keys, number of messages, last activity", ["continuo sessions list --agent main --limit 20", "continuo sessions list --kind group --channel telegram"])).action(
      async (options: ListOptions) => listSessions(context, options, listTable),
    ),
  );
  for (const child of [...readingCommands(context), ...changingCommands(context), cleanupCommand(context), sessionsSearchCommand(context), ...sessionFileCommands(context)]) parent.addCommand(child);
  return parent;
}
