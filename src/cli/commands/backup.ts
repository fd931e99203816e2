import type { Command } from "commander";
import { leavable } from "../approval.ts";
import { command, type CommandContext } from "../command.ts";
import { failure } from "../failure.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { watch } from "../progress.ts";
import { madeLines, restoredLines, wholeLines } from "../views/backup.ts";

interface Options {
  readonly to?: string;
  readonly json?: boolean;
  readonly force?: boolean;
  readonly store?: string;
}

/** The store of a gateway elsewhere is not on this disk. */
async function refuseElsewhere({ deps }: CommandContext): Promise<void> {
  const gateway = await deps.settings.reach();
  if (gateway.mode !== "remote" || gateway.remote === undefined) return;
  throw failure("REQUEST_INVALID", "The gateway of this configuration runs on another machine (gateway.mode is \"remote\").", "Run the command there.");
}

async function backup(context: CommandContext, { to, json }: Options): Promise<void> {
  const { terminal } = context.deps;
  await refuseElsewhere(context).catch((error: unknown) => {
    // A configuration that cannot be read is the more reason for a backup.
    if ((error as { code?: unknown }).code === "REQUEST_INVALID") throw error;
  });
  const made = await watch(terminal, json === true, (watched) => context.deps.backups.create(to ?? null, watched));
  if (json) return printJson(terminal, made);
  printLines(terminal, madeLines(made, paletteFor(terminal)));
}

async function restore(context: CommandContext, file: string, { to, json, force, store }: Options): Promise<void> {
  const { terminal, paths } = context.deps;
  const done = await watch(terminal, json === true, (watched) => context.deps.backups.restore(file, { to: to ?? null, force: force === true, store: store ?? null }, watched));
  if (json) return printJson(terminal, done);
  printLines(terminal, restoredLines(done, done.stateDir === paths.stateDir, paletteFor(terminal)));
}

/** `verify FILE`: reads a backup to its end and checks every checksum. */
export async function verifyBackup(context: CommandContext, file: string, json: boolean): Promise<void> {
  const { terminal } = context.deps;
  return leavable(context, async () => {
    const manifest = await watch(terminal, json, (watched) => context.deps.backups.verify(file, watched));
    if (json) return printJson(terminal, { ok: true, path: file, manifest });
    printLines(terminal, wholeLines(file, manifest, paletteFor(terminal)));
  });
}

/** `backup`: everything in one file, while the gateway goes on. */
export function backupCommand(context: CommandContext): Command {
  return command("backup", "save everything in one file, while the gateway goes on", ["continuo backup", "continuo backup --to /mnt/safe/"])
    .option("--to <file>", "a new file, or a directory for one; default: backups/ in the state directory")
    .option("--json", "print JSON, and the progress as lines of JSON on stderr")
    .action(async (options: Options) => leavable(context, () => backup(context, options)));
}

/** `restore`: a backup becomes a state directory. */
export function restoreCommand(context: CommandContext): Command {
  return command("restore", "make a state directory from a backup", ["continuo restore continuo-2026-11-21-132501.backup", "continuo restore continuo.backup --to /srv/continuo"])
    .argument("<file>", "a backup of `continuo backup`")
    .option("--to <directory>", "the state directory; default: OPENCLAW_STATE_DIR")
    .option("--store <url>", "where the rows go: an empty PostgreSQL database, or: sqlite; default: SQLite for a backup of SQLite")
    .option("--force", "also where a database is: it is moved aside")
    .option("--json", "print JSON, and the progress as lines of JSON on stderr")
    .action(async (file: string, options: Options) => leavable(context, () => restore(context, file, options)));
}
