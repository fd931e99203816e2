import { readFileSync } from "node:fs";
import { substitute, withEnvironment, type Environment } from "./environment.ts";
import type { Config } from "./schema.ts";
import { readSource, type ReadFile } from "./source.ts";
import { isObject } from "./value-path.ts";

type Gateway = Config["gateway"];

/** What it takes to find the gateway and to be let in. */
export type Reach = Pick<Gateway, "mode" | "port" | "remote"> & { readonly auth: Pick<Gateway["auth"], "token" | "password"> };

const DEFAULT_PORT = 18_789;
/** Settings of `gateway` that either are read here or do not matter to somebody who connects. */
const PLAIN: readonly string[] = ["port", "mode", "bind", "auth", "controlUi", "reload"];
const PLAIN_AUTH: readonly string[] = ["mode", "token", "password"];

function hasOnly(section: object, known: readonly string[]): boolean {
  return Object.keys(section).every((key) => known.includes(key));
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isPort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 65_535;
}

/** The section as nearly everybody has it; null where there is anything else in it, which the schema has to judge. */
function plainReach(section: unknown): Reach | null {
  if (!isObject(section) || !hasOnly(section, PLAIN)) return null;
  const { mode = "local", port = DEFAULT_PORT, auth = {} } = section;
  if (mode !== "local" || !isPort(port) || !isObject(auth) || !hasOnly(auth, PLAIN_AUTH)) return null;
  const { token, password } = auth;
  if (!isText(token) || !isText(password)) return null;
  return { mode, port, remote: undefined, auth: { token: token?.trim() === "" ? undefined : token, password: password?.trim() === "" ? undefined : password } };
}

/** One small file; what reads in the background is 1 MB more to load. */
async function readAtOnce(path: string): Promise<Uint8Array> {
  return readFileSync(path);
}

/**
 * As `look`, of which this is the part that a command needs before it talks to the gateway, without the schema of the whole
 * file: that is 20 MB. Nothing else in the file is checked. Throws what `look` throws for what is read here.
 */
export async function reach(path: string, env: Environment, readFile: ReadFile = readAtOnce): Promise<Reach> {
  const source = await readSource(path, readFile);
  const tree = withEnvironment(substitute(source.tree, env, path, "leave"), env);
  const plain = isObject(tree) ? plainReach(tree["gateway"] ?? {}) : null;
  if (plain !== null) return plain;
  const { look } = await import("./load.ts");
  return (await look(path, env, readFile)).config.gateway;
}
