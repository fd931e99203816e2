import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import { diagnose, type ConfigFacts, type DoctorFacts, type FileFacts, type GatewayFacts, type JobFacts, type MediaFacts, type StoreFacts } from "../../audit/doctor.ts";
import { toContinuoError } from "../../domain/errors.ts";
import { decline, leavable } from "../approval.ts";
import { command, type CommandContext } from "../command.ts";
import { askStore, openGateway } from "../connection.ts";
import type { CliDeps } from "../deps.ts";
import { hostPort, liveHolder } from "../endpoint.ts";
import { EXIT } from "../exit-codes.ts";
import { failure } from "../failure.ts";
import { note, paletteFor, printJson, printLines } from "../output.ts";
import { probe } from "../probe.ts";
import { watch } from "../progress.ts";
import { askAt } from "../prompts.ts";
import { examinedLines, repairedLines } from "../views/repair.ts";
import { doctorLines } from "../views/doctor.ts";
import { asRow, numberOf, rowsOf, textOf, textsOf } from "../wire.ts";

async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch {
    return false; // whatever forbids it, the doctor's answer is the same
  }
}

async function fileFacts(path: string): Promise<FileFacts> {
  try {
    const { mode } = await stat(path);
    return { path, exists: true, writable: await isWritable(path), mode: process.platform === "win32" ? null : mode & 0o777 };
  } catch {
    return { path, exists: false, writable: false, mode: null }; // missing or out of reach: both are told by `exists`
  }
}

/** A state directory that is not there yet is made by the first start: it is as writable as where it will lie. */
async function stateDirFacts(path: string): Promise<FileFacts> {
  const found = await fileFacts(path);
  if (found.exists || dirname(path) === path) return found;
  return { ...found, writable: (await stateDirFacts(dirname(path))).writable };
}

/** A gateway that runs has its variables, wherever from; one that is to be started here needs them here. */
async function configFacts(deps: CliDeps): Promise<ConfigFacts> {
  try {
    const { config, warnings } = await (liveHolder(deps) === null ? deps.settings.load() : deps.settings.look());
    return { kind: "valid", config, warnings };
  } catch (thrown) {
    const error = toContinuoError(thrown);
    return { kind: "invalid", message: error.message, cure: error.cure };
  }
}

/** Without a readable configuration there is no token to ask with: only whether it answers at all can be told. */
async function gatewayFactsWithoutToken(deps: CliDeps): Promise<GatewayFacts> {
  const holder = liveHolder(deps);
  if (holder === null) return { kind: "stopped" };
  const url = `ws://${hostPort(holder)}`;
  if ((await probe(holder, "/readyz"))?.status === 200) return { kind: "reachable", url, version: holder.version, channels: [], store: null };
  return { kind: "silent", url, message: `the gateway (pid ${holder.pid}) does not answer at ${url}`, cure: "See what it is doing with `continuo logs`." };
}

/** An older gateway says nothing of it, and PostgreSQL looks after itself. */
function storeFacts(value: unknown): StoreFacts | null {
  const health = asRow(value);
  const check = asRow(health.check);
  const journalBytes = numberOf(health, "journalBytes");
  if (journalBytes === null) return null;
  const problem = textOf(health, "damage") ?? textsOf(check, "problems")[0] ?? null;
  return { journalBytes, check: textOf(check, "state") ?? "waiting", done: numberOf(check, "done") ?? 0, total: numberOf(check, "total") ?? 0, problem };
}

/** Nothing before its first look at all of them. */
function mediaFacts(value: unknown): MediaFacts | null {
  const [kept, missing, strays] = ["kept", "missing", "strays"].map((field) => numberOf(asRow(value), field));
  return typeof kept === "number" && typeof missing === "number" && typeof strays === "number" ? { kept, missing, strays } : null;
}

/** An older gateway says nothing of them. */
function jobFacts(value: unknown): JobFacts[] {
  return rowsOf(asRow(value), "failing").map((row) => ({ id: textOf(row, "id") ?? "?", name: textOf(row, "name") ?? "?", times: numberOf(row, "times") ?? 1, lastError: textOf(row, "lastError") ?? "no reason was given" }));
}

async function gatewayFacts(deps: CliDeps, readable: boolean): Promise<GatewayFacts> {
  if (!readable) return gatewayFactsWithoutToken(deps);
  try {
    const client = await openGateway(deps);
    try {
      const status = asRow(await client.call("status", {}));
      const channels = rowsOf(status, "channels").map((row) => ({
        name: textOf(row, "name") ?? "?",
        account: textOf(row, "account") ?? "default",
        state: textOf(row, "state") ?? "unknown",
        detail: textOf(row, "detail"),
      }));
      return { kind: "reachable", url: client.url, version: textOf(asRow(client.hello.server), "version") ?? "unknown", channels, store: storeFacts(status.store), media: mediaFacts(status.media), jobs: jobFacts(status.jobs) };
    } finally {
      client.close();
    }
  } catch (thrown) {
    const error = toContinuoError(thrown);
    if (error.code === "GATEWAY_UNREACHABLE") return { kind: "stopped" };
    return { kind: "silent", url: "", message: error.message, cure: error.cure };
  }
}

/** The owner's accounts that the people table knows; none where there is no store that can be read. */
async function ownedAccounts(deps: CliDeps): Promise<DoctorFacts["owned"]> {
  try {
    const people = rowsOf(asRow(await askStore(deps, "people.list", { limit: 500 })), "people").filter((row) => textOf(row, "role") === "owner");
    return people.flatMap((row) =>
      rowsOf(row, "identities").flatMap((identity) => {
        const [channel, account, peer] = [textOf(identity, "channel"), textOf(identity, "account"), textOf(identity, "peer")];
        return channel === null || account === null || peer === null ? [] : [{ channel, account, peer }];
      }),
    );
  } catch {
    return []; // a store that cannot be read is told by the other checks
  }
}

async function gather(deps: CliDeps): Promise<DoctorFacts> {
  const config = await configFacts(deps);
  return {
    version: deps.version,
    nodeVersion: process.versions.node,
    config,
    configFile: await fileFacts(deps.paths.configPath),
    stateDir: await stateDirFacts(deps.paths.stateDir),
    gateway: await gatewayFacts(deps, config.kind === "valid"),
    env: deps.terminal.env,
    owned: config.kind === "valid" ? await ownedAccounts(deps) : [],
  };
}

async function doctor({ deps, settle }: CommandContext, json: boolean): Promise<void> {
  const diagnosis = diagnose(await gather(deps));
  if (json) printJson(deps.terminal, diagnosis);
  else printLines(deps.terminal, doctorLines(diagnosis, paletteFor(deps.terminal)));
  settle(diagnosis.ok ? EXIT.ok : EXIT.failure);
}

/** `doctor --repair`: what is wrong with the database is shown, then mended after a yes. */
async function repair(context: CommandContext, options: RepairOptions): Promise<void> {
  const { deps, settle } = context;
  const { terminal, repairs } = deps;
  const json = options.json === true;
  const ask = askAt(deps, json, deps.prompter);
  if (!json) note(terminal, "Looking at every page of the database...");
  const examined = await repairs.examine();
  if (!json) printLines(terminal, examinedLines(examined, paletteFor(terminal)));
  if (!options.yes && examined.state !== "sound") {
    if (!ask.interactive) throw failure("CHANGE_NEEDS_APPROVAL", "Nothing was changed: this needs a yes.", "Repeat the command with --yes.");
    if (!(await ask.confirm("Repair it?", "--yes"))) return decline(context);
  }
  const repaired = await watch(terminal, json, repairs.repair);
  if (json) printJson(terminal, repaired);
  else printLines(terminal, repairedLines(repaired, paletteFor(terminal)));
  settle(repaired.missing.length === 0 ? EXIT.ok : EXIT.failure);
}

interface RepairOptions {
  readonly json?: boolean;
  readonly repair?: boolean;
  readonly yes?: boolean;
}

/** `doctor`: is the install well, and is it one conversation on all channels? Exit code 1 when something is to be changed. */
export function doctorCommand(context: CommandContext): Command {
  return command("doctor", "check the install, and whether all your channels are one conversation", ["continuo doctor", "continuo doctor --json", "continuo doctor --repair"])
    .option("--repair", "mend a damaged database, with the gateway stopped")
    .option("-y, --yes", "with --repair: do it without asking")
    .option("--json", "print JSON")
    .action(async (options: RepairOptions) => (options.repair ? leavable(context, () => repair(context, options)) : doctor(context, options.json === true)));
}
