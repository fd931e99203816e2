import type { Command } from "commander";
import { command, positiveInteger, type CommandContext } from "../command.ts";
import { failure } from "../failure.ts";
import { operate } from "../operate.ts";
import { note, paletteFor, printJson, printLines } from "../output.ts";
import { searchLines, searchNotes } from "../views/search.ts";
import { asRow } from "../wire.ts";

interface SearchOptions {
  readonly json?: boolean;
  readonly session?: string;
  readonly person?: string;
  readonly limit?: number;
  readonly after?: string;
}

const LIMIT = 20;
const MOST = 100;

async function search({ deps }: CommandContext, words: readonly string[], { json = false, session, person, limit = LIMIT, after }: SearchOptions): Promise<void> {
  if (limit > MOST) throw failure("REQUEST_INVALID", `--limit is at most ${MOST}.`, "Narrow it down with more words, or with --session.");
  const asked = { query: words.join(" "), limit, ...(session === undefined ? {} : { key: session }), ...(person === undefined ? {} : { person }), ...(after === undefined ? {} : { cursor: after }) };
  // Not only a look: what was said last is indexed first.
  const answer = asRow(await operate(deps, "sessions.search", asked));
  if (json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, searchLines(answer, deps.time.now(), paletteFor(deps.terminal)));
  for (const line of searchNotes(answer, limit, MOST)) note(deps.terminal, line);
}

/** `sessions search`: what was said, in one session or in all. */
export function sessionsSearchCommand(context: CommandContext): Command {
  return command("search", "find what was said, also in conversations that have ended", [
    "continuo sessions search red bik",
    "continuo sessions search '\"red bike\" -blue' --session agent:main:main",
    "continuo sessions search 自行车 --limit 50 --json",
  ])
    .argument("<words...>", 'what was said: all of the words; "in quotes" in this order; -word without it (quote it all for your shell)')
    .option("--session <key>", "only in this session")
    .option("--person <name>", "only in sessions in which this person speaks, by name or as telegram:42")
    .option("--limit <n>", `at most so many, the best of the newest first (default: ${LIMIT}, at most ${MOST})`, positiveInteger)
    .option("--after <cursor>", "go on behind an answer, with the cursor that it gave")
    .option("--json", "print JSON")
    .action(async (words: readonly string[], options: SearchOptions) => search(context, words, options));
}
