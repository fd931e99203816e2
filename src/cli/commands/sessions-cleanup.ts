import type { Command } from "commander";
import { command, type CommandContext } from "../command.ts";
import { askStore } from "../connection.ts";
import { operate } from "../operate.ts";
import { note, printJson, printLines } from "../output.ts";
import { appliedLines, cleanupLines, cleanupJson } from "../views/cleanup.ts";
import { asRow, flagOf, rowsOf } from "../wire.ts";
import { mustBeAgent, scopeOf, type ScopeOptions } from "./sessions-scope.ts";

interface CleanupOptions extends ScopeOptions {
  readonly dryRun?: boolean;
  readonly enforce?: boolean;
  readonly fixMissing?: boolean;
  readonly activeKey?: string;
  readonly json?: boolean;
}

async function cleanup({ deps }: CommandContext, options: CleanupOptions): Promise<void> {
  const agentId = scopeOf(deps, options);
  await mustBeAgent(deps, agentId);
  const params = {
    dryRun: options.dryRun === true,
    enforce: options.enforce === true,
    fixMissing: options.fixMissing === true,
    allAgents: options.allAgents === true,
    ...(options.activeKey === undefined ? {} : { activeKey: options.activeKey }),
    ...(agentId === null ? {} : { agentId }),
  };
  // What only looks does so on the store, with the gateway up or down.
  const payload = asRow(await (params.dryRun ? askStore(deps, "sessions.cleanup", params) : operate(deps, "sessions.cleanup", params)));
  if (options.json) return printJson(deps.terminal, cleanupJson(payload, params.allAgents));
  if (params.dryRun) return printLines(deps.terminal, cleanupLines(payload, deps.time.now()));
  printLines(deps.terminal, appliedLines(payload));
  if (!flagOf(payload, "enforced")) note(deps.terminal, "Maintenance is set to warn: nothing was removed. --dry-run shows what would be, --enforce removes it.");
  else if (rowsOf(payload, "stores").some((store) => rowsOf(store, "actions").length > 0)) note(deps.terminal, "  Take it back: continuo sessions restore KEY    What there is: continuo sessions trash");
}

/** `sessions cleanup` (spec 6.4). */
export function cleanupCommand(context: CommandContext): Command {
  return command("cleanup", "what maintenance would remove, and removing it now", ["continuo sessions cleanup --dry-run", "continuo sessions cleanup --enforce --all-agents --json"])
    .option("--dry-run", "show what would be removed, as if it were enforced; change nothing")
    .option("--enforce", "remove, whatever session.maintenance.mode says")
    .option("--fix-missing", "also sessions whose conversation is missing")
    .option("--active-key <key>", "keep this one")
    .option("--agent <id>", "the sessions of one agent (default: the default agent)")
    .option("--all-agents", "those of every agent")
    .option("--store <path>", "those of the agent whose sessions.json this is")
    .option("--json", "print JSON")
    .action(async (options: CleanupOptions) => cleanup(context, options));
}
