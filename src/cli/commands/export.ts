import type { Command } from "commander";
import { resolve } from "node:path";
import { leavable } from "../approval.ts";
import { command, type CommandContext } from "../command.ts";
import { operateWatched } from "../moving.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { exportLines } from "../views/import.ts";

interface ExportOptions {
  readonly to: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

async function exportOpenClaw(context: CommandContext, { to, force, json }: ExportOptions): Promise<void> {
  const { terminal } = context.deps;
  const report = await operateWatched(context.deps, json === true, "export.openclaw", { to: resolve(to), force: force === true });
  if (json === true) return printJson(terminal, report);
  printLines(terminal, exportLines(report, paletteFor(terminal)));
}

/** `export`: everything that was said, in another program's form. */
export function exportCommand(context: CommandContext): Command {
  const parent = command("export", "write the conversations in another program's form", ["continuo export openclaw --to ~/openclaw-again"]);
  return parent.addCommand(
    command("openclaw", "sessions.json and transcripts as OpenClaw reads them", ["continuo export openclaw --to ~/openclaw-again", "continuo export openclaw --to /mnt/usb/openclaw --json"])
      .requiredOption("--to <dir>", "a directory for it; its configuration is not touched")
      .option("--force", "write also where OpenClaw's sessions lie: those are moved aside")
      .option("--json", "print JSON, and the progress as lines of JSON on stderr")
      .action(async (options: ExportOptions) => leavable(context, () => exportOpenClaw(context, options))),
  );
}
