import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { command, positiveInteger, type CommandContext } from "../command.ts";
import { askStore } from "../connection.ts";
import { failure } from "../failure.ts";
import { note, paletteFor, printJson, printLines } from "../output.ts";
import { audienceLines, betweenLines } from "../views/audience.ts";
import { asRow, textOf } from "../wire.ts";

interface AudienceOptions {
  readonly json?: boolean;
  readonly session?: string;
  readonly person?: string;
  readonly limit?: number;
  readonly between?: readonly string[];
  readonly svg?: string;
}

type Deps = CommandContext["deps"];

const MOST_SESSIONS = 1000;

async function between(deps: Deps, who: readonly string[], json: boolean): Promise<void> {
  const [a, b] = who;
  if (a === undefined || b === undefined || who.length > 2) {
    throw failure("REQUEST_INVALID", "--between takes two people.", "Name two: `continuo audience --between Ann telegram:42`.");
  }
  const answer = asRow(await askStore(deps, "audience.between", { a, b }));
  if (json) printJson(deps.terminal, answer);
  else printLines(deps.terminal, betweenLines(answer, paletteFor(deps.terminal)));
}

async function savePicture(deps: Deps, path: string, svg: string): Promise<void> {
  try {
    // Who speaks with whom is nobody else's business.
    await writeFile(path, svg, { mode: 0o600 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure("STATE_UNWRITABLE", `The picture could not be written to ${path}: ${reason}`, "Name a file in a folder that you may write to.");
  }
  note(deps.terminal, `The picture is in ${path}.`);
}

async function audience({ deps }: CommandContext, options: AudienceOptions): Promise<void> {
  const { session, person, limit, json = false } = options;
  if (options.between !== undefined) return between(deps, options.between, json);
  if (limit !== undefined && limit > MOST_SESSIONS) throw failure("REQUEST_INVALID", `--limit is at most ${MOST_SESSIONS}.`, "Narrow it down with --person or --session.");
  const asked = { ...(session === undefined ? {} : { session }), ...(person === undefined ? {} : { person }), ...(limit === undefined ? {} : { limit }) };
  const map = asRow(await askStore(deps, "audience.map", asked));
  if (options.svg === "-") return void deps.terminal.stdout.write(`${textOf(map, "svg") ?? ""}\n`);
  if (options.svg !== undefined) await savePicture(deps, options.svg, textOf(map, "svg") ?? "");
  if (json) printJson(deps.terminal, map);
  else printLines(deps.terminal, audienceLines(map, paletteFor(deps.terminal)));
}

/** `audience`: who speaks where, and who can learn what from whom. Reads the store, so the gateway may be down. */
export function audienceCommand(context: CommandContext): Command {
  return command("audience", "who speaks where, and who shares a session with whom", [
    "continuo audience",
    "continuo audience --person Ann --svg who.svg",
    "continuo audience --between Ann telegram:42",
  ])
    .option("--session <key>", "only who speaks in this session")
    .option("--person <name>", "only the sessions of one person, by name or as telegram:42")
    .option("--limit <n>", "at most so many sessions, the latest first (default: 60, at most 1000)", positiveInteger)
    .option("--between <people...>", "two people: can they see what the other said, and by which path?")
    .option("--svg <file>", "write it as a picture; - is standard output")
    .option("--json", "print JSON")
    .action(async (options: AudienceOptions) => audience(context, options));
}
