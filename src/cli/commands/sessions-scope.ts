import { basename, dirname, join, resolve } from "node:path";
import type { CliDeps } from "../deps.ts";
import { failure } from "../failure.ts";

export interface ScopeOptions {
  readonly agent?: string;
  readonly allAgents?: boolean;
  readonly store?: string;
}

/** Where an agent's readable `sessions.json` stands (spec 3.1): OpenClaw's scripts name agents by it. */
export function storePath({ paths }: Pick<CliDeps, "paths">, agentId: string): string {
  return join(paths.stateDir, "agents", agentId, "sessions", "sessions.json");
}

function agentOfStore(deps: CliDeps, typed: string): string {
  const path = resolve(typed);
  const directory = basename(path) === "sessions.json" ? dirname(path) : path;
  const agentId = basename(dirname(directory));
  if (directory === dirname(storePath(deps, agentId))) return agentId;
  throw failure("REQUEST_INVALID", `${typed} is no session store of ${deps.paths.stateDir}`, `Name one as it stands there: ${storePath(deps, "main")}.`);
}

/** The agents that are configured; `main` where none is. */
export async function configuredAgents(deps: CliDeps): Promise<readonly string[]> {
  const { config } = await deps.settings.look();
  const ids = config.agents.list.map(({ id }) => id);
  return ids.length === 0 ? ["main"] : ids;
}

/** The one agent that was asked for; null where it is all of them. Throws REQUEST_INVALID for flags that exclude each other. */
export function scopeOf(deps: CliDeps, { agent, allAgents, store }: ScopeOptions): string | null {
  if (store !== undefined && (agent !== undefined || allAgents)) throw failure("REQUEST_INVALID", "--store cannot be combined with --agent or --all-agents", "Name the agent, or its store.");
  if (agent !== undefined && allAgents) throw failure("REQUEST_INVALID", "--agent cannot be combined with --all-agents", "Leave one of them out.");
  if (store !== undefined) return agentOfStore(deps, store);
  return agent?.trim().toLowerCase() ?? null;
}

/** For an agent of whom nothing was found: perhaps there is none. Throws AGENT_UNKNOWN. */
export async function mustBeAgent(deps: CliDeps, agentId: string | null): Promise<void> {
  if (agentId === null) return;
  const known = await configuredAgents(deps);
  if (known.includes(agentId)) return;
  throw failure("AGENT_UNKNOWN", `Unknown agent id "${agentId}".`, `There ${known.length === 1 ? "is" : "are"} ${known.join(", ")}; \`continuo status\` lists them.`);
}
