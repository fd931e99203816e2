import type { Command } from "commander";
import { duration } from "../ages.ts";
import { command, type CommandContext } from "../command.ts";
import { askGateway } from "../connection.ts";
import { withoutControls } from "../display-width.ts";
import { EXIT } from "../exit-codes.ts";
import { note, paletteFor, printJson, printLines, type Palette } from "../output.ts";
import { verifyBackup } from "./backup.ts";
import { asRow, flagOf, numberOf, textOf, textsOf, type Row } from "../wire.ts";

function verdict(result: Row, palette: Palette): string[] {
  const told = textOf(asRow(result.told), "channel") ?? "?";
  const asked = textOf(asRow(result.asked), "channel") ?? "?";
  const remembered = flagOf(result, "remembered");
  const keys = textsOf(result, "sessionKeys");
  const tick = (good: boolean) => (good ? palette.good("✓") : palette.bad("✗"));
  const took = numberOf(result, "durationMs");
  const why = textOf(result, "why");
  return [
    `${tick(true)} told on ${told}: ${withoutControls(textOf(result, "fact") ?? "")}`,
    `${tick(flagOf(result, "sameSession"))} asked on ${asked}: ${flagOf(result, "sameSession") ? "the same session" : "another session"} (${keys.join(", ")})`,
    `${tick(remembered)} answered: ${withoutControls(textOf(result, "answer") ?? "(nothing)")}`,
    "",
    remembered ? palette.good("Remembered: one conversation on both channels.") : palette.bad("Not remembered."),
    ...(why === null ? [] : [`why: ${withoutControls(why)}`]),
    ...(took === null ? [] : [palette.dim(`took ${duration(took)}`)]),
  ];
}

async function verify({ deps, settle }: CommandContext, json: boolean): Promise<void> {
  if (!json) note(deps.terminal, "Telling the agent something on one channel and asking for it on another...");
  const result = asRow(await askGateway(deps, "verify.run", {}, null));
  if (json) printJson(deps.terminal, result);
  else printLines(deps.terminal, verdict(result, paletteFor(deps.terminal)));
  settle(flagOf(result, "ok") ? EXIT.ok : EXIT.failure);
}

/** `verify`: runs the proof that what was said on one channel is known on another; with a file, whether a backup is whole. */
export function verifyCommand(context: CommandContext): Command {
  return command("verify", "prove that what is said on one channel is known on another; with a file: check a backup", ["continuo verify", "continuo verify --json", "continuo verify continuo-2026-11-21-132501.backup"])
    .argument("[file]", "a backup to be read and checked instead")
    .option("--json", "print JSON")
    .action(async (file: string | undefined, options: { json?: boolean }) => (file === undefined ? verify(context, options.json === true) : verifyBackup(context, file, options.json === true)));
}
