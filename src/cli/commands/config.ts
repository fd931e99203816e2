import type { Command } from "commander";
import { redact } from "../../config/redact.ts";
import { valueAt, type ValuePath } from "../../config/value-path.ts";
import { command, type CommandContext } from "../command.ts";
import type { CliDeps, SettingEdit } from "../deps.ts";
import { failure } from "../failure.ts";
import { paletteFor, printJson, printLines } from "../output.ts";

/** `agents.list[0].id`, `channels.telegram.groups["a.b"]`: the spelling that errors about settings use too. */
function parsePath(text: string): ValuePath {
  return [...text.matchAll(/\[\s*(?:(\d+)|"([^"]*)"|'([^']*)'|([^\]]*))\s*\]|[^.[\]]+/g)].map(([whole, index, ...quoted]) => {
    if (index !== undefined) return Number(index);
    return quoted.find((part) => part !== undefined) ?? whole;
  });
}

async function get(deps: CliDeps, text: string | undefined, options: { json?: boolean; showSecrets?: boolean }): Promise<void> {
  const { config } = await deps.settings.look();
  const path = parsePath(text ?? "");
  const found = valueAt(config, path);
  if (found === undefined) throw failure("REQUEST_INVALID", `Nothing is set at ${text}.`, "`continuo config get` prints everything that is set.");
  const value = options.showSecrets ? found : redact(found, path);
  if (options.json || typeof value !== "string") return printJson(deps.terminal, value);
  printLines(deps.terminal, [value]);
}

async function validate(deps: CliDeps, json: boolean): Promise<void> {
  const { exists, warnings } = await deps.settings.load();
  const path = deps.paths.configPath;
  if (json) return printJson(deps.terminal, { ok: true, path, exists, warnings });
  const palette = paletteFor(deps.terminal);
  printLines(deps.terminal, [
    exists ? `${palette.good("✓")} ${path} is valid.` : `${palette.good("✓")} There is no ${path}: everything has its default.`,
    ...warnings.map((warning) => `${palette.warn("!")} ${warning}`),
  ]);
}

/** JSON5 where it is that, `18800` or `["a"]`; anything else is the text itself: a model's name needs no quotes in a shell. */
export async function parseValue(text: string): Promise<unknown> {
  const { default: JSON5 } = await import("json5");
  try {
    const value: unknown = JSON5.parse(text);
    return value;
  } catch {
    return text; // not JSON5, so it is a text
  }
}

export function settablePath(text: string): SettingEdit["path"] {
  const [first, ...rest] = parsePath(text);
  if (typeof first === "string" && rest.every((segment) => typeof segment === "string")) return [first, ...rest];
  throw failure("REQUEST_INVALID", `${text} cannot be set by itself: a list is written as a whole.`, "Set the list, or edit the file: `continuo config path` says where it is.");
}

async function edit(deps: CliDeps, text: string, value: unknown, json: boolean): Promise<void> {
  const changes = await deps.settings.edit([{ path: settablePath(text), value }]);
  const path = deps.paths.configPath;
  if (json) return printJson(deps.terminal, { ok: true, path, changes });
  printLines(deps.terminal, changes.length === 0 ? [`Nothing is different: ${text} had that value before.`] : changes);
}

/** `config get|set|unset|path|schema|validate`. */
export function configCommand({ deps }: CommandContext): Command {
  const parent = command("config", "look at the configuration and change it", ["continuo config get session", "continuo config set agents.defaults.model anthropic/claude-sonnet-4-5"]);
  parent.addCommand(
    command("get", "print the settings, or one of them", ["continuo config get session.dmScope", "continuo config get gateway.auth.token --show-secrets"])
      .argument("[path]", "such as channels.telegram.dmScope or agents.list[0].id")
      .option("--json", "print JSON, strings too")
      .option("--show-secrets", "print tokens and keys instead of a placeholder")
      .action(async (path: string | undefined, options: { json?: boolean; showSecrets?: boolean }) => get(deps, path, options)),
  );
  parent.addCommand(
    command("set", "write one setting, comments kept; what is not valid is not written", ["continuo config set gateway.port 18800", "continuo config set channels.telegram.allowFrom '[\"123456789\"]'"])
      .argument("<path>", "such as session.dmScope")
      .argument("<value>", "JSON5, or a text")
      .option("--json", "print JSON")
      .action(async (path: string, value: string, options: { json?: boolean }) => edit(deps, path, await parseValue(value), options.json === true)),
  );
  parent.addCommand(
    command("unset", "take one setting out, so that it has its default", ["continuo config unset session.dmScope"])
      .argument("<path>", "such as session.dmScope")
      .option("--json", "print JSON")
      .action(async (path: string, options: { json?: boolean }) => edit(deps, path, undefined, options.json === true)),
  );
  parent.addCommand(
    command("path", "print where the file is", ["continuo config path"]).action(() => printLines(deps.terminal, [deps.paths.configPath])),
  );
  parent.addCommand(
    command("schema", "print the JSON Schema of the file", ["continuo config schema > continuo.schema.json"]).action(async () =>
      printJson(deps.terminal, await deps.settings.schema()),
    ),
  );
  parent.addCommand(
    command("validate", "check the file", ["continuo config validate --json"])
      .option("--json", "print JSON")
      .action(async (options: { json?: boolean }) => validate(deps, options.json === true)),
  );
  return parent;
}
