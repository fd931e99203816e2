import { Command, InvalidArgumentError } from "commander";
import type { CliDeps } from "./deps.ts";
import { nearest } from "../config/suggest.ts";

/** What a command's definition is given. `settle` sets the exit code of a command that does not throw. */
export interface CommandContext {
  readonly deps: CliDeps;
  settle(exitCode: number): void;
}

/** A command whose `--help` ends with examples; every command is made here, so none goes without. */
export function command(name: string, description: string, examples: readonly string[]): Command {
  const heading = examples.length === 1 ? "Example" : "Examples";
  return new Command(name)
    .description(description)
    .addHelpText("after", `\n${heading}:\n${examples.map((example) => `  $ ${example}`).join("\n")}`);
}

/** For commands that work by themselves and have subcommands too: a surplus word is a mistyped subcommand. */
export function refuseUnknownSubcommand(parent: Command): void {
  const [word] = parent.args;
  if (word === undefined) return;
  const meant = nearest(word, parent.commands.map((child) => child.name()));
  parent.error(`error: unknown command '${word}'${meant === null ? "" : `\n(Did you mean ${meant}?)`}`);
}

export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
  return value;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError("It must be a whole number, 1 or more.");
  return value;
}
