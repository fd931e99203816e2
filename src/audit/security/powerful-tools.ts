import type { Config } from "../../config/index.ts";

/** Tools that run programs or reach files, which the settings hand to some agent. */
export interface PowerfulTools {
  readonly runtime: readonly string[];
  readonly fs: readonly string[];
  /** The settings that hand them out: `tools.profile="coding"`. */
  readonly setBy: readonly string[];
  /** Every session's tools run in a sandbox. */
  readonly sandboxed: boolean;
}

const RUNTIME: readonly string[] = ["exec", "bash", "process", "code_execution"];
const FS: readonly string[] = ["read", "write", "edit", "apply_patch"];
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  "group:runtime": RUNTIME,
  "group:fs": FS,
  "*": [...RUNTIME, ...FS],
};
/** Ready-made choices that contain them; an agent without any choice has none. */
const PROFILES: readonly string[] = ["coding", "full"];

interface ToolChoice {
  readonly profile?: unknown;
  readonly allow?: unknown;
  readonly alsoAllow?: unknown;
  readonly deny?: unknown;
}

function namesOf(list: unknown): string[] {
  const names = Array.isArray(list) ? list.filter((name) => typeof name === "string").map((name) => name.trim().toLowerCase()) : [];
  return names.flatMap((name) => (Object.hasOwn(GROUPS, name) ? (GROUPS[name] ?? []) : [name]));
}

export function isPowerful(tool: string): boolean {
  const name = tool.trim().toLowerCase();
  return Object.hasOwn(GROUPS, name) || RUNTIME.includes(name) || FS.includes(name);
}

function choicesOf({ tools, agents }: Config): (readonly [path: string, choice: ToolChoice])[] {
  const own = agents.list.flatMap((agent): (readonly [string, ToolChoice])[] => {
    const choice = (agent as Readonly<Record<string, unknown>>)["tools"];
    return typeof choice === "object" && choice !== null ? [[`agents.list[${agents.list.indexOf(agent)}].tools`, choice as ToolChoice]] : [];
  });
  return [["tools", tools], ...own];
}

/** Read from the settings; what a `deny` takes away everywhere or for that agent is not counted. */
export function powerfulTools(config: Config): PowerfulTools {
  const denied = namesOf(config.tools.deny);
  const found = new Set<string>();
  const setBy: string[] = [];
  const give = (names: readonly string[], choice: ToolChoice, by: string): void => {
    const refused = [...denied, ...namesOf(choice.deny)];
    const given = names.filter((name) => isPowerful(name) && !refused.includes(name));
    if (given.length === 0) return;
    for (const name of given) found.add(name);
    setBy.push(by);
  };
  for (const [path, choice] of choicesOf(config)) {
    if (typeof choice.profile === "string" && PROFILES.includes(choice.profile)) give([...RUNTIME, ...FS], choice, `${path}.profile="${choice.profile}"`);
    give(namesOf(choice.allow), choice, `${path}.allow`);
    give(namesOf(choice.alsoAllow), choice, `${path}.alsoAllow`);
  }
  const { defaults, list } = config.agents;
  const sandboxed = defaults.sandbox?.mode === "all" && list.every(({ sandbox }) => (sandbox?.mode ?? "all") === "all");
  return { runtime: RUNTIME.filter((name) => found.has(name)), fs: FS.filter((name) => found.has(name)), setBy, sandboxed };
}
