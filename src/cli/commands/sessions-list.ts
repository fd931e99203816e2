import { InvalidArgumentError, Option, type Command } from "commander";
import { SESSION_KINDS } from "../../sessions/kinds.ts";
import type { CommandContext } from "../command.ts";
import { askStore } from "../connection.ts";
import { failure } from "../failure.ts";
import { note, printJson, printLines } from "../output.ts";
import { sessionRow, sessionsJson, type SessionList } from "../views/sessions.ts";
import { asRow, flagOf, numberOf, rowsOf, textOf } from "../wire.ts";
import { configuredAgents, mustBeAgent, scopeOf, storePath, type ScopeOptions } from "./sessions-scope.ts";

export interface ListOptions extends ScopeOptions {
  readonly json?: boolean;
  readonly active?: string;
  readonly limit?: string;
  readonly offset: number;
  readonly kind?: string;
  readonly channel?: string;
  readonly label?: string;
  readonly search?: string;
  readonly pinned?: boolean;
  readonly archived?: boolean;
  readonly all?: boolean;
  readonly verbose?: boolean;
}

export type Table = (list: SessionList) => string[];

export function integerOption(value: string | undefined, complaint: string): number | null {
  if (value === undefined) return null;
  if (!/^\d+$/.test(value) || Number(value) < 1) throw failure("REQUEST_INVALID", complaint, "Give it a whole number, 1 or more.");
  return Number(value);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number, 0 or more.");
  return Number(text);
}

/** What was left out is not sent: the operation has its own defaults, and an older gateway does not know every word. */
function given(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== false && value !== 0));
}

export async function listSessions({ deps }: CommandContext, options: ListOptions, table: Table): Promise<void> {
  const activeMinutes = integerOption(options.active, "--active must be a positive integer (minutes)");
  const limit = integerOption(options.limit, "--limit must be a positive integer");
  const agentId = scopeOf(deps, options);
  const { kind, channel, label, search, pinned, offset } = options;
  const archived = options.all ? "all" : options.archived;
  const filter = given({ limit, offset, activeMinutes, agentId, kind, channel, label, search, pinned, archived });
  const payload = asRow(await askStore(deps, "sessions.list", { ...filter, includeGlobal: true, includeUnknown: true }));
  const now = deps.time.now();
  const rows = rowsOf(payload, "sessions").map((row) => sessionRow(row, now));
  if (rows.length === 0) await mustBeAgent(deps, agentId);
  const agents = options.allAgents ? [...new Set([...(await configuredAgents(deps)), ...rows.flatMap(({ agent }) => agent ?? [])])] : null;
  const path = agentId === null ? textOf(payload, "path") : storePath(deps, agentId);
  if (options.json) {
    const stores = agents?.map((id) => ({ agentId: id, path: storePath(deps, id) })) ?? null;
    return printJson(deps.terminal, sessionsJson(payload, { path, activeMinutes, stores }, now));
  }
  const total = numberOf(payload, "total");
  printLines(deps.terminal, table({ path, agents, activeMinutes, rows, total: total ?? rows.length, wholeKeys: options.verbose === true }));
  const shown = offset + rows.length;
  if (flagOf(payload, "hasMore")) note(deps.terminal, `${total === null ? "" : `${total - shown} `}more: --offset ${shown}`);
}

/** Which sessions are listed. */
export function withListOptions(target: Command): Command {
  return target
    .option("--json", "print JSON")
    .option("--agent <id>", "only those of one agent")
    .option("--all-agents", "those of every agent, and whose each is")
    .option("--store <path>", "only those of the agent whose sessions.json this is")
    .option("--active <minutes>", "only those active in the last so many minutes")
    .addOption(new Option("--kind <kind>", "only those of a kind").choices([...SESSION_KINDS, "dm"]))
    .option("--channel <name>", "only those of a channel")
    .option("--label <text>", "only those with this label")
    .option("--search <text>", "only those with this in the key, the name or the label")
    .option("--pinned", "only what is pinned")
    .option("--archived", "only what is archived")
    .option("--all", "what is archived, too")
    .option("--verbose", "whole keys")
    .option("--limit <n>", "at most so many, newest first (default: 50)")
    .option("--offset <n>", "leave out so many first", wholeNumber, 0);
}
