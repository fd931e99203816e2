import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { ContinuoError } from "../domain/errors.ts";
import { isSecretPath } from "./redact.ts";
import { formatPath, isObject, type ValuePath } from "./value-path.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment decides before any file is read (spec 1). Null: the variable is unset or empty. */
export interface Paths {
  readonly stateDir: string;
  readonly configPath: string;
  readonly port: number | null;
  readonly token: string | null;
  readonly password: string | null;
}

const MAX_PORT = 65_535;

function read(env: Environment, name: string): string | null {
  const value = env[name]?.trim();
  return value === undefined || value === "" ? null : value;
}

/** `~` and `~/x` in the home directory; anything else made absolute. */
export function expandHome(path: string, home: string = homedir()): string {
  if (path === "~") return home;
  return path.startsWith("~/") || path.startsWith("~\\") ? join(home, path.slice(2)) : resolve(path);
}

type GatewayVariables = Pick<Paths, "port" | "token" | "password">;

function gatewayVariables(env: Environment): GatewayVariables {
  const port = read(env, "OPENCLAW_GATEWAY_PORT");
  if (port !== null && (!/^\d{1,5}$/.test(port) || Number(port) > MAX_PORT)) {
    throw new ContinuoError("CONFIG_INVALID", `OPENCLAW_GATEWAY_PORT: expected a whole number from 0 to ${MAX_PORT} but got a string (${JSON.stringify(port.slice(0, 20))}). Fix: for example OPENCLAW_GATEWAY_PORT=18789.`);
  }
  return { port: port === null ? null : Number(port), token: read(env, "OPENCLAW_GATEWAY_TOKEN"), password: read(env, "OPENCLAW_GATEWAY_PASSWORD") };
}

/** OPENCLAW_STATE_DIR, _CONFIG_PATH and _GATEWAY_{PORT,TOKEN,PASSWORD}. Errors: CONFIG_INVALID for a port that is none. */
export function resolvePaths(env: Environment, home: string = homedir()): Paths {
  const stateDir = expandHome(read(env, "OPENCLAW_STATE_DIR") ?? "~/.openclaw", home);
  const named = read(env, "OPENCLAW_CONFIG_PATH");
  return { stateDir, configPath: named === null ? join(stateDir, "openclaw.json") : expandHome(named, home), ...gatewayVariables(env) };
}

const REFERENCE = /\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const CONVENTIONAL = /^[A-Z_][A-Z0-9_]*$/;

interface Missing {
  readonly path: ValuePath;
  readonly name: string;
}

/** Variables that the file itself brings (`env.NAME`, `env.vars.NAME`); the process's own win. */
function ownVariables(tree: unknown): Environment {
  const section = isObject(tree) && isObject(tree["env"]) ? tree["env"] : {};
  const vars = isObject(section["vars"]) ? section["vars"] : {};
  return Object.fromEntries([...Object.entries(section), ...Object.entries(vars)].filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** `refuse` what is not set; or `leave` it as it is written, except under `gateway`. */
export type Unset = "refuse" | "leave";

/**
 * The tree with `${VAR}` filled in; `$${VAR}` stays as the text `${VAR}`. A lower-case name that is not set
 * is taken for ordinary text. OpenClaw's `{source: "env", id: "VAR"}` is read where a secret stands.
 * Errors: CONFIG_ENV_MISSING naming every path and variable.
 */
export function substitute(tree: unknown, env: Environment, file: string, unset: Unset = "refuse"): unknown {
  const own = ownVariables(tree);
  const missing: Missing[] = [];
  const lookUp = (name: string): string | undefined => env[name] || (Object.hasOwn(own, name) ? own[name] : undefined) || undefined;
  const fill = (text: string, path: ValuePath): string =>
    text.replace(REFERENCE, (whole, name: string) => {
      if (whole.startsWith("$$")) return whole.slice(1);
      const value = lookUp(name);
      if (value !== undefined) return value;
      if (CONVENTIONAL.test(name) && (unset === "refuse" || path[0] === "gateway")) missing.push({ path, name });
      return whole;
    });
  const walk = (value: unknown, path: ValuePath): unknown => {
    if (typeof value === "string") return path[0] === "env" ? value : fill(value, path);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (!isObject(value)) return value;
    if (value["source"] === "env" && typeof value["id"] === "string" && isSecretPath(path)) return fill(`\${${value["id"]}}`, path);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  const out = walk(tree, []);
  if (missing.length === 0) return out;
  const lines = missing.map(({ path, name }) => `${formatPath(path)}: the environment variable ${name} is not set. Fix: set it, or write $\${${name}} for the text itself.`);
  throw new ContinuoError("CONFIG_ENV_MISSING", `${file} names variables that are not set:\n${lines.join("\n")}`, {
    fields: { file, variables: missing.map(({ name }) => name), paths: missing.map(({ path }) => formatPath(path)) },
  });
}

/** OPENCLAW_GATEWAY_PORT, _TOKEN and _PASSWORD stand above the file. */
export function withEnvironment(tree: unknown, env: Environment): unknown {
  const { port, token, password } = gatewayVariables(env);
  if (!isObject(tree) || (port === null && token === null && password === null)) return tree;
  const gateway = tree["gateway"] ?? {};
  if (!isObject(gateway)) return tree;
  const auth = gateway["auth"] ?? {};
  if (!isObject(auth)) return tree;
  return {
    ...tree,
    gateway: {
      ...gateway,
      ...(port === null ? {} : { port }),
      auth: { ...auth, ...(token === null ? {} : { token }), ...(password === null ? {} : { password }) },
    },
  };
}
