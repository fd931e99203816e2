import type { Command } from "commander";
import { redact } from "../../config/redact.ts";
import { valueAt, type ValuePath } from "../../config/value-path.ts";
import { command, type CommandContext } from "../command.ts";
import type { CliDeps } from "../deps.ts";
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
  const { config } = await deps.settings.load();
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

/** `config get|path|schema|validate`: reading only; the file is yours to edit. */
export function configCommand({ deps }: CommandContext): Command {
  const parent = command("config", "look at the configuration", ["continuo config get session", "continuo config validate"]);
  parent.addCommand(
    command("get", "print the settings, or one of them", ["continuo config get session.dmScope", "continuo config get gateway.auth.token --show-secrets"])
      .argument("[path]", "such as channels.telegram.dmScope or agents.list[0].id")
      .option("--json", "print JSON, strings too")
      .option("--show-secrets", "print tokens and keys instead of a placeholder")
      .action(async (path: string | undefined, options: { json?: boolean; showSecrets?: boolean }) => get(deps, path, options)),
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
