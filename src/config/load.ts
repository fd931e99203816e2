import { readFile as readFromDisk } from "node:fs/promises";
import { configSchema, type Config } from "./schema.ts";
import { substitute, withEnvironment, type Environment, type Unset } from "./environment.ts";
import { explain } from "./explain.ts";
import { invalid } from "./problems.ts";
import { checkRules } from "./rules.ts";
import { readSource, type ReadFile } from "./source.ts";

export interface LoadedConfig {
  readonly config: Config;
  /** Lines for the log and `status`; the gateway starts with them. */
  readonly warnings: readonly string[];
  readonly sourceHash: string;
  readonly path: string;
  /** False: there is no file, everything is at its default. */
  readonly exists: boolean;
  /** The file and what it includes: what to watch. */
  readonly files: readonly string[];
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}

/**
 * Checks a parsed tree. `shown` is the same before variables were filled in: what errors quote.
 * Errors: CONFIG_INVALID with a line for each problem.
 */
export function parseConfig(tree: unknown, file: string, shown: unknown = tree): { readonly config: Config; readonly warnings: readonly string[] } {
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success) throw invalid(file, explain(parsed.error.issues, shown));
  const { problems, warnings } = checkRules(parsed.data, Object.keys(configSchema.shape));
  if (problems.length > 0) throw invalid(file, problems);
  return { config: deepFreeze(parsed.data), warnings };
}

async function read(path: string, env: Environment, readFile: ReadFile, unset: Unset): Promise<LoadedConfig> {
  const source = await readSource(path, readFile);
  const tree = withEnvironment(substitute(source.tree, env, path, unset), env);
  return { ...parseConfig(tree, path, source.tree), sourceHash: source.hash, path, exists: source.exists, files: source.files };
}

/**
 * Reads, fills in and checks the configuration; a missing file is all defaults (spec 1).
 * The result is frozen, durations in ms, sizes in bytes.
 * Errors: CONFIG_UNREADABLE, CONFIG_SYNTAX, CONFIG_ENV_MISSING, CONFIG_INVALID; never half a configuration.
 */
export async function load(path: string, env: Environment, readFile: ReadFile = readFromDisk): Promise<LoadedConfig> {
  return read(path, env, readFile, "refuse");
}

/**
 * As `load`, for those who look at what a gateway does or talk to it: the gateway may have got its variables in another
 * shell, so that one that is not set here stays as it is written. Those of `gateway` are needed, and refused as by `load`.
 */
export async function look(path: string, env: Environment, readFile: ReadFile = readFromDisk): Promise<LoadedConfig> {
  return read(path, env, readFile, "leave");
}
