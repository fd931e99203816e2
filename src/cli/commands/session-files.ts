import type { Command } from "commander";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { leavable } from "../approval.ts";
import { command, type CommandContext } from "../command.ts";
import { askStore } from "../connection.ts";
import { withoutControls } from "../display-width.ts";
import { failure } from "../failure.ts";
import { operateWatched } from "../moving.ts";
import { note, paletteFor, printJson, printLines } from "../output.ts";
import { importLines } from "../views/import.ts";
import { asRow, numberOf, textOf } from "../wire.ts";

interface ExportOptions {
  readonly format?: string;
  readonly out?: string;
  readonly conversation?: string;
  readonly json?: boolean;
}

interface ImportOptions {
  readonly key?: string;
  readonly json?: boolean;
}

const FORMATS: readonly string[] = ["jsonl", "md", "html", "json"];

/** Complete or not at all, and for its owner alone. */
function writeOut(path: string, text: string): void {
  if (existsSync(path)) throw failure("REQUEST_INVALID", `${path} is there already.`, "Choose another name with --out.");
  try {
    writeFileSync(`${path}.partial`, text, { mode: 0o600 });
    renameSync(`${path}.partial`, path);
  } catch (error) {
    throw failure("REQUEST_INVALID", `${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`, "Check the path and its permissions.");
  }
}

async function exportSession({ deps }: CommandContext, key: string, { format = "jsonl", out, conversation, json }: ExportOptions): Promise<void> {
  if (!FORMATS.includes(format)) throw failure("REQUEST_INVALID", `There is no format ${format}.`, `Say --format with one of ${FORMATS.join(", ")}.`);
  const answer = asRow(await askStore(deps, "sessions.export", { key, format, ...(conversation === undefined ? {} : { sessionId: conversation }) }));
  const text = textOf(answer, "text") ?? "";
  const entries = numberOf(answer, "entries") ?? 0;
  if (out === undefined) return json === true ? printJson(deps.terminal, answer) : void deps.terminal.stdout.write(text);
  writeOut(resolve(out), text);
  if (json === true) return printJson(deps.terminal, { ...answer, text: undefined, out: resolve(out) });
  note(deps.terminal, `${entries} entries of ${withoutControls(textOf(answer, "key") ?? key)} are in ${resolve(out)} now.`);
}

async function importSession(context: CommandContext, file: string, { key, json }: ImportOptions): Promise<void> {
  const { terminal } = context.deps;
  const report = await operateWatched(context.deps, json === true, "sessions.import", { path: resolve(file), ...(key === undefined ? {} : { key }) });
  if (json === true) return printJson(terminal, report);
  printLines(terminal, importLines(report, paletteFor(terminal)));
}

/** `sessions export` and `sessions import`: one conversation in a file. */
export function sessionFileCommands(context: CommandContext): Command[] {
  return [
    command("export", "write one conversation into a file, or to stdout", ["continuo sessions export agent:main:main --format md", "continuo sessions export main --out main.jsonl"])
      .argument("<key>", "the session's key")
      .option("--format <format>", "jsonl or json (can be imported again), md or html (for reading)", "jsonl")
      .option("--out <file>", "a new file; default: stdout")
      .option("--conversation <id>", "an earlier conversation of the session, by its session id")
      .option("--json", "print JSON")
      .action(async (key: string, options: ExportOptions) => exportSession(context, key, options)),
    command("import", "bring in one conversation from a file (jsonl or json)", ["continuo sessions import main.jsonl", "continuo sessions import main.jsonl --key agent:main:old"])
      .argument("<file>", "as `sessions export` writes it, or a transcript of OpenClaw")
      .option("--key <key>", "the session that it becomes; default: the one that it was")
      .option("--json", "print JSON")
      .action(async (file: string, options: ImportOptions) => leavable(context, () => importSession(context, file, options))),
  ];
}
