import type { Command } from "commander";
import { resolve } from "node:path";
import { leavable } from "../approval.ts";
import { command, type CommandContext } from "../command.ts";
import { operateWatched } from "../moving.ts";
import { consult } from "../operate.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { importLines } from "../views/import.ts";
import { asRow } from "../wire.ts";

interface ImportOptions {
  readonly from?: string;
  readonly dryRun?: boolean;
  readonly linkPeople?: boolean;
  readonly json?: boolean;
}

async function importOpenClaw(context: CommandContext, { from, dryRun, linkPeople, json }: ImportOptions): Promise<void> {
  const { deps } = context;
  const params = { ...(from === undefined ? {} : { from: resolve(from) }), dryRun: dryRun === true, linkPeople: linkPeople === true };
  // Nothing is written by a look: it needs no lock, and makes no store.
  const report = dryRun === true ? asRow(await consult(deps, "import.openclaw", params)) : await operateWatched(deps, json === true, "import.openclaw", params);
  if (json === true) return printJson(deps.terminal, report);
  printLines(deps.terminal, importLines(report, paletteFor(deps.terminal)));
}

/** `import`: what another program has of your conversations comes here. */
export function importCommand(context: CommandContext): Command {
  const parent = command("import", "bring in the conversations of another program", ["continuo import openclaw --dry-run", "continuo import openclaw --from ~/old/.openclaw"]);
  return parent.addCommand(
    command("openclaw", "sessions, transcripts and people of an OpenClaw installation; it is not touched", ["continuo import openclaw --dry-run", "continuo import openclaw --from /mnt/old/.openclaw --link-people"])
      .option("--from <dir>", "its state directory; default: the gateway's own")
      .option("--dry-run", "say what would be imported, and change nothing")
      .option("--link-people", "also link the people whom it links, and let in whom it had let in")
      .option("--json", "print JSON, and the progress as lines of JSON on stderr")
      .action(async (options: ImportOptions) => leavable(context, () => importOpenClaw(context, options))),
  );
}
