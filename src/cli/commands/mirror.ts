import type { Command } from "commander";
import { leavable } from "../approval.ts";
import { command, type CommandContext } from "../command.ts";
import { withoutControls } from "../display-width.ts";
import { operateWatched } from "../moving.ts";
import { printJson, printLines } from "../output.ts";
import { numberOf, textsOf } from "../wire.ts";

interface RebuildOptions {
  readonly agent?: string;
  readonly json?: boolean;
}

async function rebuild(context: CommandContext, { agent, json }: RebuildOptions): Promise<void> {
  const { terminal } = context.deps;
  const done = await operateWatched(context.deps, json === true, "mirror.rebuild", agent === undefined ? {} : { agentId: agent });
  if (json === true) return printJson(terminal, done);
  const count = (field: string): number => numberOf(done, field) ?? 0;
  printLines(terminal, [
    `${count("transcripts")} transcripts of ${count("sessions")} sessions were written anew${count("removed") === 0 ? "" : `, ${count("removed")} files of nothing removed`}.`,
    ...textsOf(done, "directories").map((path) => `  ${withoutControls(path)}`),
  ]);
}

/** `mirror`: the readable files beside the database. */
export function mirrorCommand(context: CommandContext): Command {
  const parent = command("mirror", "the readable copies of the sessions, for cat and jq", ["continuo mirror rebuild"]);
  return parent.addCommand(
    command("rebuild", "write all of them anew from the database", ["continuo mirror rebuild", "continuo mirror rebuild --agent main --json"])
      .option("--agent <id>", "only those of one agent")
      .option("--json", "print JSON, and the progress as lines of JSON on stderr")
      .action(async (options: RebuildOptions) => leavable(context, () => rebuild(context, options))),
  );
}
