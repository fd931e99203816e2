import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { decline, leavable, needsApproval } from "../approval.ts";
import { command, refuseUnknownSubcommand, type CommandContext } from "../command.ts";
import type { CliDeps, Progress } from "../deps.ts";
import { EXIT } from "../exit-codes.ts";
import { failure } from "../failure.ts";
import type { GatewayEvent } from "../gateway-client.ts";
import { operate } from "../operate.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { watch } from "../progress.ts";
import { askAt } from "../prompts.ts";
import { checkedLines, erasedLines, exportedLines, ledgerLines, toBeErasedLines } from "../views/rights.ts";
import { asRow, flagOf, numberOf, textOf, type Row } from "../wire.ts";

interface EraseOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly owner?: boolean;
  readonly verify?: string;
  readonly json?: boolean;
}

const PHASES: readonly string[] = ["look", "remove", "ledger", "check"] satisfies Progress["phase"][];

function progressOf({ event, payload }: GatewayEvent): Progress | null {
  const phase = textOf(payload, "phase");
  const [done, total] = [numberOf(payload, "done"), numberOf(payload, "total")];
  if (event !== "rights.progress" || phase === null || !PHASES.includes(phase) || done === null || total === null) return null;
  return { phase: phase as Progress["phase"], done, total };
}

/** What takes as long as there is much to look through, with its progress. */
async function perform(deps: CliDeps, json: boolean, method: string, params: object): Promise<Row> {
  return watch(deps.terminal, json, async ({ onProgress }) => {
    const onEvent = (event: GatewayEvent): void => {
      const progress = progressOf(event);
      if (progress !== null) onProgress(progress);
    };
    return asRow(await operate(deps, method, params, onEvent));
  });
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as unknown;
  } catch (error) {
    throw failure("REQUEST_INVALID", `${path} cannot be read as JSON (${(error as Error).message}).`, "Name the file of a certificate, as `continuo people erase` prints it.");
  }
}

async function checkErasure({ deps, settle }: CommandContext, path: string, json: boolean): Promise<void> {
  const answer = await perform(deps, json, "people.checkErasure", { certificate: await readJson(path) });
  if (!flagOf(answer, "ok")) settle(EXIT.failure);
  if (json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, checkedLines(answer, paletteFor(deps.terminal)));
}

async function erase(context: CommandContext, name: string, { dryRun, yes, owner, json = false }: EraseOptions): Promise<void> {
  const { deps } = context;
  const ask = askAt(deps, json, deps.prompter);
  const wish = { name, ...(owner ? { owner } : {}) };
  const palette = paletteFor(deps.terminal);
  if (dryRun || !yes) {
    const found = await perform(deps, json, "people.erase", { ...wish, dryRun: true });
    if (json && dryRun) return printJson(deps.terminal, found);
    if (!json) printLines(deps.terminal, toBeErasedLines(found, palette));
    if (dryRun) return printLines(deps.terminal, ["Nothing was erased (--dry-run)."]);
    if (!ask.interactive) throw needsApproval("--dry-run");
    if (!(await ask.confirm(`Erase all of this for good? It cannot be undone.`, "--yes"))) return decline(context);
  }
  const answer = await perform(deps, json, "people.erase", { ...wish, approve: true });
  if (json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, erasedLines(answer, palette));
}

async function exportPerson({ deps }: CommandContext, name: string, to: string | undefined, json: boolean): Promise<void> {
  const answer = await perform(deps, json, "people.export", { name, ...(to === undefined ? {} : { to: resolve(to) }) });
  if (json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, exportedLines(answer, paletteFor(deps.terminal)));
}

/** `people export` and `people erase`: what people may ask for. */
export function addRights(parent: Command, context: CommandContext): void {
  parent.addCommand(
    command("export", "write down everything that is kept of a person: JSON, and a page to read", ["continuo people export Alice", "continuo people export telegram:123456789 --to ./for-alice"])
      .argument("<name>", "the person's name, or channel:id for somebody without one")
      .option("--to <directory>", "a new or empty directory on the gateway's machine; default: exports/ in the state directory")
      .option("--json", "print JSON, and the progress as lines of JSON on stderr")
      .action(async (name: string, { to, json }: { to?: string; json?: boolean }) => exportPerson(context, name, to, json === true)),
  );
  parent.addCommand(
    command("erase", "remove everything that is kept of a person, for good, and certify it", ["continuo people erase Alice --dry-run", "continuo people erase telegram:123456789 --yes", "continuo people erase --verify erased-1.json"])
      .argument("[name]", "the person's name, or channel:id for somebody without one")
      .option("--dry-run", "count what would be removed, change nothing")
      .option("-y, --yes", "do it without asking")
      .option("--owner", "the person is the owner, and is meant all the same")
      .option("--verify <certificate>", "check that nothing of what a certificate speaks of is there")
      .option("--json", "print JSON, and the progress as lines of JSON on stderr")
      .action(async (name: string | undefined, options: EraseOptions) => {
        if (options.verify !== undefined) return checkErasure(context, options.verify, options.json === true);
        if (name === undefined) throw failure("REQUEST_INVALID", "Whom?", "Name a person, or an account as channel:id; --verify checks a certificate.");
        return leavable(context, () => erase(context, name, options));
      }),
  );
}

async function verifyLedger({ deps, settle }: CommandContext, head: string | undefined, json: boolean): Promise<void> {
  const answer = await perform(deps, json, "audit.verify", head === undefined ? {} : { head });
  if (!flagOf(answer, "ok")) settle(EXIT.failure);
  if (json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, ledgerLines(answer, paletteFor(deps.terminal)));
}

/** `audit`: whether the ledger is what was written. */
export function auditCommand(context: CommandContext): Command {
  const parent = command("audit", "the ledger of what happened, and whether it is what was written", ["continuo audit verify"]);
  parent.addCommand(
    command("verify", "check every line of the ledger against its seal; exit code 1 and the place where it differs", ["continuo audit verify", "continuo audit verify --json"])
      .option("--head <n:hash>", "an end of the chain that was written down before, as `status --json` prints it")
      .option("--json", "print JSON, and the progress as lines of JSON on stderr")
      .action(async ({ head, json }: { head?: string; json?: boolean }) => verifyLedger(context, head, json === true)),
  );
  return parent.action(() => {
    refuseUnknownSubcommand(parent);
    parent.outputHelp();
  });
}
